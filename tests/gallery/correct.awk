# correct.awk - who of the correct drivers is found at fault under `profile` (see run)

what == "list" && split($0, field, "|") == 2 { scenario[++entries] = field[2] }
what == "list" && split($0, field, "|") != 2 { print "correct.list: no entry: " $0 }

END {
    for (entry = 1; entry <= entries; entry++) {
        n = number[scenario[entry]]
        if (!n)
            print scenario[entry] ": not played under " profile
        else if (found[n] != "")
            print scenario[entry] ": under " profile ", " found[n]
        else if (!passed[n] || ending[n] != "normally")
            print scenario[entry] ": under " profile " it does not come to its end"
    }
    if (run != verdicts)
        print "gallery: " run " runs and " verdicts " verdicts under " profile
}
