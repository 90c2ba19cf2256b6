# Both rules write f, and nothing says which comes first.
f: one two
one:
	sleep 0.3
	echo one >> f
two:
	echo two >> f
