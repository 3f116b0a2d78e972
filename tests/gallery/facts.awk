# facts.awk - what the runs of a gallery came to, from verdicts and traces (see run)
#
# Fills, by the number of the run: path[], passed[], ending[], drivers[] (how many), sole[] (one of
# them), found[] ("RULE of DRIVER", several with commas between them, each once).

function text_of(key) {
    if (!match($0, "\"" key "\":\"[^\"]*\""))
        return ""
    return substr($0, RSTART + length(key) + 4, RLENGTH - length(key) - 5)
}

function number_of(key) {
    if (!match($0, "\"" key "\":[0-9]+"))
        return ""
    return substr($0, RSTART + length(key) + 3, RLENGTH - length(key) - 3)
}

function note_finding(rule, driver) {
    if ((run, rule, driver) in noted)
        return
    noted[run, rule, driver] = 1
    found[run] = found[run] (found[run] == "" ? "" : ", ") rule " of " driver
}

what == "log" && /^(pass|FAIL)  / {
    line = $0
    sub(/^[A-Za-z]+ +/, "", line)
    sub(/: .*/, "", line)
    path[++verdicts] = line
    passed[verdicts] = /^pass/
    number[line] = verdicts
}

what == "facts" && /"event":"TRACE_BEGIN"/ { drivers[++run] = 0 }

what == "facts" && /"namespace":"driver"/ {
    name[run, number_of("id")] = sole[run] = text_of("text")
    drivers[run]++
}

what == "facts" && /"event":"(VIOLATION|NOTE)"/ {
    if (text_of("rule") != "DRV-7" || text_of("severity") != "note")
        note_finding(text_of("rule"), name[run, number_of("driver")])
}

what == "facts" && /"event":"TRACE_END"/ { ending[run] = text_of("ending") }
