/*
 * symbolizer - another program is asked for lines of source code
 *
 * Owns the programs, their arguments and the shape of their answers. They are started without a
 * shell, so that no path needs quotes, and with hardly any environment: some would otherwise ask
 * the network, or answer in the user's language.
 */
#include "base/symbolizer.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/port.h"

#define MOST_BYTES ((size_t)4 << 20)    /* of an answer; whoever says more is not believed */
#define MOST_OPTIONS 5

/* Added to every place for atos, which wants to know where a module was loaded to, and not to 0. */
#define ATOS_BASE 0x100000000ull

struct tool {
    const char *name;
    const char *option[MOST_OPTIONS];   /* before the path */
    const char *behind[2];              /* behind it */
    bool is_llvm;                       /* FILE:LINE:COLUMN, and behind it a pair of lines for
                                           each function that this one was inlined into */
    bool is_one_line;                   /* FUNCTION (in MODULE) (FILE:LINE) */
};

static const struct tool tools[] = {
    {"llvm-symbolizer", {"--functions", "--demangle", "-e"}, {NULL}, true, false},
    {"addr2line", {"-f", "-C", "-e"}, {NULL}, false, false},
    {"atos", {"-o"}, {"-l", "0x100000000"}, false, true},
};

#define TOOLS (sizeof tools / sizeof tools[0])

/* The arguments that a tool is started with, in memory that is freed as one; NULL without any. */
static char **arguments_of(const struct tool *tool, const char *path, const char *const *offset,
                           size_t count)
{
    enum { WIDTH = 32 };
    size_t most = 1 + MOST_OPTIONS + 1 + 2 + count + 1, at = 0;
    const char **argument = malloc(most * sizeof *argument + count * WIDTH);
    if (!argument)
        return NULL;
    char *numbers = (char *)(argument + most);
    argument[at++] = tool->name;
    for (size_t i = 0; i < MOST_OPTIONS && tool->option[i]; i++)
        argument[at++] = tool->option[i];
    argument[at++] = path;
    for (size_t i = 0; i < 2 && tool->behind[i]; i++)
        argument[at++] = tool->behind[i];
    for (size_t i = 0; i < count; i++, numbers += WIDTH) {
        unsigned long long base = tool->is_one_line ? ATOS_BASE : 0;
        snprintf(numbers, WIDTH, "0x%llx", base + strtoull(offset[i], NULL, 16));
        argument[at++] = numbers;
    }
    argument[at] = NULL;
    return (char **)argument;
}

/* Start it with its output into a pipe, of which `end` is the other end. */
static bool start(const struct tool *tool, char *const *arguments, pid_t *process, int *end)
{
    char search[4096];
    char language[] = "LC_ALL=C";
    char *environment[] = {language, search, NULL};
    const char *path = getenv("PATH");
    int pair[2];
    posix_spawn_file_actions_t actions;
    snprintf(search, sizeof search, "PATH=%s", path ? path : "/usr/bin:/bin");
    if (posix_spawn_file_actions_init(&actions))
        return false;
    if (pipe(pair)) {
        posix_spawn_file_actions_destroy(&actions);
        return false;
    }
    fcntl(pair[0], F_SETFD, FD_CLOEXEC);
    fcntl(pair[1], F_SETFD, FD_CLOEXEC);
    bool good =
        !posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0) &&
        !posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0) &&
        !posix_spawn_file_actions_adddup2(&actions, pair[1], STDOUT_FILENO) &&
        !posix_spawnp(process, tool->name, &actions, NULL, arguments, environment);
    posix_spawn_file_actions_destroy(&actions);
    close(pair[1]);
    if (!good)
        close(pair[0]);
    *end = pair[0];
    return good;
}

static long long now_ms(void)
{
    return (long long)(ha_port_now() / 1000000);
}

/* All that comes out of a pipe, whose end is closed. False when it does not end, or not in time. */
static bool read_all(int end, long long deadline, struct ha_text *text)
{
    struct pollfd from = {.fd = end, .events = POLLIN};
    char bytes[4096];
    ssize_t count = -1;
    long long left;
    while (count != 0 && text->length <= MOST_BYTES && (left = deadline - now_ms()) > 0) {
        int ready = poll(&from, 1, (int)left);
        if (ready > 0)
            count = read(end, bytes, sizeof bytes);
        if (ready > 0 && count > 0)
            ha_text_add_bytes(text, bytes, (size_t)count);
        else if ((ready < 0 || count < 0) && errno != EINTR)
            break;
    }
    close(end);
    return count == 0;
}

/* Wait for the end of a process, and make one of it when that is late. Whether it ended well. */
static bool ends_well(pid_t process, long long deadline)
{
    int status = 0;
    pid_t ended;
    while ((ended = waitpid(process, &status, WNOHANG)) == 0 && now_ms() < deadline)
        poll(NULL, 0, 1);
    if (ended == 0)
        kill(process, SIGKILL);
    while (ended <= 0 && (ended = waitpid(process, &status, 0)) < 0 && errno == EINTR)
        continue;
    return ended == process && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* Whether nothing is in it that a terminal would obey; lines end by one byte or two. */
static bool is_plain(const struct ha_text *said)
{
    for (size_t i = 0; i < said->length; i++) {
        unsigned char byte = (unsigned char)said->bytes[i];
        if ((byte < ' ' && byte != '\n' && byte != '\r') || byte == 0x7f)
            return false;
    }
    return true;
}

/* What a tool says; false when it is not there, fails, does not come to an end or says no text. */
static bool run(const struct tool *tool, const char *path, const char *const *offset, size_t count,
                unsigned patience_ms, struct ha_text *said)
{
    char **arguments = arguments_of(tool, path, offset, count);
    pid_t process;
    int end;
    bool started = arguments && start(tool, arguments, &process, &end);
    free(arguments);
    if (!started)
        return false;
    long long deadline = now_ms() + patience_ms;
    bool whole = read_all(end, deadline, said);
    return ends_well(process, whole ? deadline : 0) && whole && !said->lost && is_plain(said);
}

/* The next line that holds anything, terminated in its place; NULL behind the last. */
static char *next_line(char **text)
{
    char *line = *text + strspn(*text, "\r\n");
    size_t length = strcspn(line, "\r\n");
    if (!length)
        return NULL;
    *text = line + length + (line[length] != '\0');
    line[length] = '\0';
    return line;
}

/* Leave out what stands before the next empty line. */
static void skip_outer(char **text)
{
    while (**text && **text != '\n') {
        *text += strcspn(*text, "\n");
        *text += **text != '\0';
    }
}

/* FILE:LINE without the folders; NULL when one of them is not known. */
static const char *line_of(char *place, bool has_column)
{
    char *note = strstr(place, " (");   /* of addr2line, on parts of a line */
    if (note)
        *note = '\0';
    char *colon = strrchr(place, ':');
    if (colon && has_column) {
        *colon = '\0';
        colon = strrchr(place, ':');
    }
    if (!colon || colon == place || place[0] == '?' || colon[1] < '1' || colon[1] > '9')
        return NULL;
    char *slash = strrchr(place, '/');
    return slash ? slash + 1 : place;
}

static void put(struct ha_text *answer, const char *line, const char *function)
{
    bool is_known = function[0] && function[0] != '?';
    if (line)
        ha_text_addf(answer, is_known ? "%s in %s" : "%s", line, function);
    else if (is_known)
        ha_text_add(answer, function);
}

/* FUNCTION (in MODULE) (FILE:LINE), or + OFFSET for the last, or a number for all of it. */
static void take_one_line(char *line, struct ha_text *answer)
{
    char *module = strstr(line, " (in ");
    char *place = module ? strstr(module + 1, " (") : NULL;
    char *end = place ? strrchr(place, ')') : NULL;
    if (!module)
        return;
    *module = '\0';
    if (end)
        *end = '\0';
    put(answer, end ? line_of(place + 2, false) : NULL, line);
}

/* Whether there was an answer for each. */
static bool take(const struct tool *tool, char *said, size_t count, struct ha_text *answer)
{
    for (size_t i = 0; i < count; i++) {
        char *function = next_line(&said);
        char *place = function && !tool->is_one_line ? next_line(&said) : NULL;
        if (!function || (!place && !tool->is_one_line))
            return false;
        if (tool->is_one_line)
            take_one_line(function, &answer[i]);
        else
            put(&answer[i], line_of(place, tool->is_llvm), function);
        if (tool->is_llvm)
            skip_outer(&said);
    }
    return true;
}

bool ha_symbolizer_ask(const char *path, const char *const *offset, size_t count,
                       unsigned patience_ms, struct ha_text *answer)
{
    bool answered = false;
    for (size_t i = 0; i < TOOLS && !answered; i++) {
        struct ha_text said = {0};
        for (size_t k = 0; k < count; k++)
            ha_text_clear(&answer[k]);
        answered = run(&tools[i], path, offset, count, patience_ms, &said) && said.length &&
                   take(&tools[i], said.bytes, count, answer);
        ha_text_close(&said);
    }
    return answered;
}
