# broken.awk - the score of the broken drivers (see run and broken.list)

what == "list" {
    fields = split($0, field, "|")
    if (fields < 3 || fields > 4 || field[3] in line_of) {
        complain("no entry, or the second for its scenario: " $0)
        next
    }
    line_of[field[3]] = ++entries
    kind[entries] = field[1]
    sought[entries] = field[2]
    scenario[entries] = field[3]
    broken[entries] = fields == 4 ? field[4] : ""
    of_kind[field[1]]++
    count = split(field[2], word, ", *")
    for (i = 1; i <= count; i++)
        aimed[word[i]]++
}
what == "rules" { binding[$1] = 1 }
what == "compiled" { compiled++ }

function complain(text) {
    print "gallery: " text
    complaints++
}

# Whether two texts hold the same words, which commas separate.
function same_words(a, b,    i, n, word, seen, left) {
    n = split(a, word, ", *")
    for (i = 1; i <= n; i++)
        seen[word[i]] = ++left
    n = split(b, word, ", *")
    for (i = 1; i <= n; i++) {
        if (!(word[i] in seen))
            return 0
        delete seen[word[i]]
        left--
    }
    return left == 0
}

# What the list says of an entry, in the words of what its run came to.
function wanted(entry, driver,    i, n, word, all) {
    n = split(sought[entry], word, ", *")
    for (i = 1; i <= n; i++)
        all = all (i == 1 ? "" : ", ") word[i] (word[i] ~ /^[A-Z]+-[0-9]+$/ ? " of " driver : "")
    return all
}

function judge(entry,    n, driver, seen) {
    n = number[scenario[entry]]
    if (!n) {
        complain(scenario[entry] ": it was not played")
        return
    }
    driver = broken[entry] == "" ? sole[n] : broken[entry]
    if (broken[entry] == "" && drivers[n] != 1) {
        complain(scenario[entry] ": its line must say which of its drivers is broken")
        return
    }
    seen = found[n]
    if (ending[n] != "normally")
        seen = seen (seen == "" ? "" : ", ") ending[n]
    if (!passed[n])
        complain(scenario[entry] ": it does not end as it expects itself")
    else if (!same_words(seen, wanted(entry, driver)))
        complain(scenario[entry] ": not found as \"" kind[entry] "\", " wanted(entry, driver) \
                 ": " (seen == "" ? "nothing is found" : seen))
    else
        hits++
}

END {
    if (run != verdicts)
        complain(run " runs and " verdicts " verdicts")
    for (entry = 1; entry <= entries; entry++)
        judge(entry)
    print "found " hits + 0 " of " entries " broken drivers"
    if (entries < 80)
        complain("fewer than 80 broken drivers")
    if (compiled < 25)
        complain("fewer than 25 of them are compiled: " compiled + 0)
    for (one in of_kind)
        if (of_kind[one] < 2)
            complain("only one entry of its kind: " one)
    # RACE-1 needs ThreadSanitizer; its drivers are in scenarios/drivers/races (see cli/races).
    # STAT-3 is a part of STAT-6, which finds whoever breaks it.
    for (one in binding)
        if (aimed[one] < 2 && one != "RACE-1" && one != "STAT-3")
            complain("fewer than two entries that break " one ": " aimed[one] + 0)
    for (one in aimed)
        if (one ~ /^[A-Z]+-[0-9]+$/ && !(one in binding))
            complain("no rule that binds drivers: " one)
    exit complaints > 0
}
