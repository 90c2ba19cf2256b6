# two says that it comes after one.
f: one two
one:
	sleep 0.3
	echo one >> f
two: one
	echo two >> f
