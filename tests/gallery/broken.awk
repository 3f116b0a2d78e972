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
}

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
    exit complaints > 0
}
