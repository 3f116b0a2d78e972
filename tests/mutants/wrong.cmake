# Three errors in a table, to see that each is found: tests/mutants/CMakeLists.txt.
mutant(HOT nt/hot_add.c "a text that is not there" [[struct hot_remove {]] [[]])
mutant(HOT nt/hot_add.c "a text that is there twice" [[struct ha_kernel *kernel]] [[]])
mutant(HOT nt/hot_add.c "a text in its own place" [[static NTSTATUS start_round]]
       [[static NTSTATUS start_round]])
