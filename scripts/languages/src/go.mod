module example.org/programs

go 1.19
