# Puts the wrapper in the place of the programs of a build root:
# install.sh WRAPPER ROOT [OUT]. With OUT the root is only read, and the files
# that are to lie over it are made below OUT. Each compiler, linker, assembler, strip and objcopy
# that is an ELF file of its own (links to it need no change) moves to the name
# .dombuild-NAME beside itself, and the wrapper takes its name. The real program
# stays in its directory because clang finds its headers and libraries from
# there. Prints one line "wrapped PATH" for each. Running it twice changes
# nothing; after a program was upgraded in between, it is wrapped again.
set -eu
LC_ALL=C
export LC_ALL
wrapper=$1
root=${2%/}
out=${3-$root}

elf() {
	[ -f "$1" ] && [ ! -L "$1" ] && [ "$(head -c 4 "$1" | od -An -tx1 | tr -d ' ')" = 7f454c46 ]
}

# program says whether a name is that of a program to wrap. Not wrapped are
# those that compile and link nothing (gcc-ar, gcov, llvm-as) and cc1, collect2
# and lto1, which their driver calls for every file.
program() {
	case $1 in
	*-ar | *-ar-[0-9]* | *-nm | *-nm-[0-9]* | *-ranlib | *-ranlib-[0-9]*) return 1 ;;
	llvm-strip* | llvm-objcopy*) return 0 ;;
	llvm-* | clang-*[a-z]*) [ "$1" = clang-cpp ] ;;
	gcc | gcc-[0-9]* | *-gcc | *-gcc-[0-9]*) return 0 ;;
	g++ | g++-[0-9]* | *-g++ | *-g++-[0-9]*) return 0 ;;
	c++ | *-c++ | cpp | cpp-[0-9]* | *-cpp | *-cpp-[0-9]*) return 0 ;;
	cc | gfortran | gfortran-[0-9]* | *-gfortran | *-gfortran-[0-9]*) return 0 ;;
	clang | clang++ | clang-[0-9]*) return 0 ;;
	ld | ld.* | *-ld | *-ld.* | lld | mold) return 0 ;;
	as | *-as | strip | *-strip | objcopy | *-objcopy) return 0 ;;
	*) return 1 ;;
	esac
}

for file in "$root"/bin/* "$root"/usr/bin/* "$root"/usr/local/bin/* "$root"/usr/*/bin/* "$root"/usr/lib/llvm*/bin/* "$root"/usr/lib/gcc/*/*/*; do
	name=${file##*/}
	dir=${file%/*}
	if [ "$dir" = "$root/bin" ] && [ -L "$root/bin" ]; then continue; fi
	case $dir in */usr/lib/gcc/*) [ "$name" = ld ] || [ "$name" = as ] || continue ;; esac
	program "$name" || continue
	elf "$file" || continue
	cmp -s "$wrapper" "$file" && continue
	to=$out${dir#"$root"}
	mkdir -p "$to"
	if [ "$out" = "$root" ]; then
		mv "$file" "$to/.dombuild-$name"
	else
		cp "$file" "$to/.dombuild-$name"
		chmod 755 "$to/.dombuild-$name"
	fi
	cp "$wrapper" "$to/$name"
	chmod 755 "$to/$name"
	echo "wrapped ${file#"$root"}"
done

mkdir -p "$out/usr/lib/dombuild"
for as in "$out"/usr/bin/.dombuild-*as; do
	real=${as#"$out"}
	if [ -e "$as" ] && [ "$(readlink -f "$root/usr/bin/as" 2>/dev/null)" = "$root/usr/bin/${real##*/.dombuild-}" ]; then
		ln -sf "$real" "$out/usr/lib/dombuild/as"
	fi
done
