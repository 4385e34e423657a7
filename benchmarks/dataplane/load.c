/*
 * HTTP/1.1 load over keep-alive connections to 127.0.0.1, from one thread with epoll; prints one JSON line.
 *
 * One thread, because the client shares the cores with the server it measures: whatever it wastes makes
 * two servers look more alike than they are. Large bodies leave by sendfile, answers are discarded in the
 * kernel (MSG_TRUNC). Only the loopback address can be reached, so it cannot be pointed at anybody.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

enum {
    HEAD_MAX = 4096,
    ANSWER_MAX = 16384,
    PATCH_SIZE = 16,
    SENDFILE_FROM = 1 << 20, /* below it one sendmsg of head and body is cheaper than head, then sendfile */
    DRIPS_PER_S = 4,
    DRAIN_S = 60, /* how long requests in flight may take to end after the time is up */
    CONNECTIONS_MAX = 4096,
};

struct connection {
    int fd;
    bool busy;      /* a request is under way */
    bool answering; /* its answer has begun */
    const char *url;
    char head[HEAD_MAX], patch[PATCH_SIZE + 1], answer[ANSWER_MAX + 1];
    long head_len, sent, answer_len, body_left, body_len;
    int status;
    bool close_after;
    double started, next_drip;
};

static struct {
    int port, connections, expect;
    long requests, patch_at, rate;
    double seconds;
    const char *method, *type, *contains, *sync_under;
    char headers[2048];
} option = {.connections = 1, .expect = 200, .requests = -1, .patch_at = -1, .seconds = 60, .method = "GET"};

static char **urls;
static long url_count;
static int body_fd = -1;
static char *body;
static long body_size;
static uint64_t salt;

static struct connection *all;
static int epoll_fd;
static bool time_is_up;
static long issued, ok, failed, bytes;
static double *latencies;
static size_t latency_count, latency_room;
static char first_failure[160];

static double now(void) {
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static void die(const char *what) {
    perror(what);
    exit(2);
}

static void note_failure(const char *what, int value, const char *answer) {
    failed++;
    if (first_failure[0]) return;
    int n = snprintf(first_failure, sizeof first_failure, "%s %d %.100s", what, value, answer);
    for (int i = 0; i < n && i < (int)sizeof first_failure; i++)
        if (first_failure[i] == '"' || first_failure[i] == '\\' || (unsigned char)first_failure[i] < 32)
            first_failure[i] = ' ';
}

static void note_latency(double seconds) {
    if (latency_count == latency_room) {
        latency_room = latency_room ? latency_room * 2 : 65536;
        latencies = realloc(latencies, latency_room * sizeof *latencies);
        if (!latencies) die("realloc");
    }
    latencies[latency_count++] = seconds;
}

static void dial(struct connection *c) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(option.port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0) die("socket");
    if (connect(c->fd, (void *)&address, sizeof address) < 0) die("connect");
    int one = 1;
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    fcntl(c->fd, F_SETFL, O_NONBLOCK);
    /* Edge-triggered both ways: no epoll_ctl between the sending and the reading half of a request. */
    struct epoll_event event = {.events = EPOLLIN | EPOLLOUT | EPOLLET, .data.ptr = c};
    if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, c->fd, &event) < 0) die("epoll_ctl");
}

static void redial(struct connection *c) {
    close(c->fd);
    c->busy = false;
    dial(c);
}

/* Make what nginx stored durable, as a careful caller would: the file, then the name in its folder. */
static void sync_stored(const char *url) {
    char path[HEAD_MAX];
    snprintf(path, sizeof path, "%s/%s", option.sync_under, strrchr(url, '/') + 1);
    int file = open(path, O_RDONLY), folder = open(option.sync_under, O_RDONLY | O_DIRECTORY);
    if (file < 0 || folder < 0 || fsync(file) < 0 || fsync(folder) < 0) die(path);
    close(file);
    close(folder);
}

static bool answer_is_right(const struct connection *c) {
    return c->status == option.expect && (!option.contains || strstr(c->answer, option.contains));
}

static void finish_request(struct connection *c) {
    if (answer_is_right(c)) {
        if (option.sync_under) sync_stored(c->url);
        ok++;
        bytes += body_size ? body_size : c->body_len;
        note_latency(now() - c->started);
    } else {
        char *text = strstr(c->answer, "\r\n\r\n");
        note_failure("status", c->status, text ? text + 4 : "");
    }
    c->busy = false;
    if (c->close_after) redial(c);
}

/* Read the status line and the headers that matter; false when the answer cannot be framed. */
static bool parse_head(struct connection *c, char *end) {
    char *p;
    c->status = atoi(c->answer + 9);
    *end = 0;
    c->close_after = strcasestr(c->answer, "\r\nconnection: close") != NULL;
    p = strcasestr(c->answer, "\r\ncontent-length:");
    c->body_len = p ? atol(p + 17) : c->status == 204 ? 0 : -1;
    *end = '\r';
    c->body_left = c->body_len - (c->answer_len - (end + 4 - c->answer));
    return c->body_len >= 0;
}

/* 1: the answer is whole, 0: it would block, -1: broken. */
static int read_some(struct connection *c) {
    for (;;) {
        bool keep = !c->answering || c->answer_len + c->body_left <= ANSWER_MAX;
        if (c->answering && c->body_left <= 0) return 1;
        ssize_t n = keep ? recv(c->fd, c->answer + c->answer_len, ANSWER_MAX - c->answer_len, 0)
                         : recv(c->fd, NULL, c->body_left, MSG_TRUNC);
        if (n < 0) return errno == EAGAIN ? 0 : -1;
        if (n == 0) return -1;
        if (c->answering) c->body_left -= n;
        if (keep) c->answer[c->answer_len += n] = 0;
        if (c->answering) continue;
        char *end = strstr(c->answer, "\r\n\r\n");
        if (!end) {
            if (c->answer_len >= ANSWER_MAX) return -1;
            continue;
        }
        if (c->status = atoi(c->answer + 9), c->status == 100) {
            c->answer_len -= end + 4 - c->answer;
            memmove(c->answer, end + 4, c->answer_len + 1);
            continue;
        }
        if (!parse_head(c, end)) return -1;
        c->answering = true;
    }
}

/* What is left to send, as up to four pieces: head, body before the patch, patch, body after it. */
static int pieces_left(const struct connection *c, struct iovec *out) {
    long cut = option.patch_at < 0 ? body_size : option.patch_at;
    long after = option.patch_at < 0 ? 0 : body_size - cut - PATCH_SIZE;
    struct iovec whole[4] = {
        {(void *)c->head, c->head_len},
        {body, cut},
        {(void *)c->patch, option.patch_at < 0 ? 0 : PATCH_SIZE},
        {body + cut + PATCH_SIZE, after},
    };
    long skip = c->sent;
    int count = 0;
    for (int i = 0; i < 4; i++) {
        long gone = skip < (long)whole[i].iov_len ? skip : (long)whole[i].iov_len;
        skip -= gone;
        if ((long)whole[i].iov_len > gone)
            out[count++] = (struct iovec){(char *)whole[i].iov_base + gone, whole[i].iov_len - gone};
    }
    return count;
}

static ssize_t send_piece(struct connection *c, const struct iovec *piece, bool more) {
    char *start = piece->iov_base;
    bool from_body = body && start >= body && start < body + body_size;
    if (!from_body) return send(c->fd, start, piece->iov_len, MSG_NOSIGNAL | (more ? MSG_MORE : 0));
    off_t offset = start - body;
    return sendfile(c->fd, body_fd, &offset, piece->iov_len);
}

/* 1: the request is sent, 0: it would block, -1: broken. */
static int send_some(struct connection *c) {
    struct iovec left[4];
    for (;;) {
        int count = pieces_left(c, left);
        if (count == 0) return 1;
        struct msghdr message = {.msg_iov = left, .msg_iovlen = count};
        ssize_t n = body_size < SENDFILE_FROM ? sendmsg(c->fd, &message, MSG_NOSIGNAL)
                                              : send_piece(c, left, count > 1);
        if (n < 0) return errno == EAGAIN ? 0 : -1;
        c->sent += n;
    }
}

static void prepare_request(struct connection *c) {
    c->url = urls[issued % url_count];
    snprintf(c->patch, sizeof c->patch, "%016llx", (unsigned long long)(salt + issued));
    c->head_len = snprintf(c->head, HEAD_MAX, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n%s", option.method, c->url,
                           option.port, option.headers);
    if (body_size)
        c->head_len += snprintf(c->head + c->head_len, HEAD_MAX - c->head_len,
                                "Content-Type: %s\r\nContent-Length: %ld\r\n", option.type, body_size);
    c->head_len += snprintf(c->head + c->head_len, HEAD_MAX - c->head_len, "\r\n");
    if (c->head_len >= HEAD_MAX) errno = E2BIG, die("request head");
    c->sent = c->answer_len = c->body_left = c->body_len = 0;
    c->answer[0] = 0;
    c->answering = false;
    issued++;
}

/* Go on with the request; false when the peer has to act first. */
static bool advance(struct connection *c) {
    int sent = send_some(c);
    int answered = read_some(c);
    if (answered == 0 && sent >= 0) return false;
    if (answered == 1 && sent == 1) {
        finish_request(c);
        return true;
    }
    /* An answer that came before the body was sent is a refusal: the connection is of no more use. */
    note_failure(answered == 1 ? "early status" : "broken connection, errno", answered == 1 ? c->status : errno,
                 c->answer_len ? c->answer : "");
    redial(c);
    return true;
}

static bool start_request(struct connection *c) {
    if (time_is_up || (option.requests >= 0 && issued >= option.requests)) return false;
    prepare_request(c);
    c->busy = true;
    c->started = now();
    return true;
}

static void serve(struct connection *c) {
    while (c->busy || start_request(c))
        if (!advance(c)) return;
}

static bool anything_busy(void) {
    for (int i = 0; i < option.connections; i++)
        if (all[i].busy) return true;
    return false;
}

static void run_full_speed(double begin) {
    struct epoll_event events[256];
    for (int i = 0; i < option.connections; i++) serve(&all[i]);
    while (anything_busy()) {
        int n = epoll_wait(epoll_fd, events, 256, 100);
        time_is_up = time_is_up || now() > begin + option.seconds;
        for (int i = 0; i < n; i++) serve(events[i].data.ptr);
        if (now() > begin + option.seconds + DRAIN_S) break;
    }
    for (int i = 0; i < option.connections; i++)
        if (all[i].busy) note_failure("no answer after seconds", (int)(option.seconds + DRAIN_S), "");
}

/* One small piece of a body; a connection that was answered or closed meanwhile has failed. */
static void drip(struct connection *c) {
    char seen[ANSWER_MAX];
    ssize_t got = recv(c->fd, seen, sizeof seen - 1, 0);
    if (got >= 0) {
        seen[got] = 0;
        note_failure(got ? "answered early" : "closed early", 0, seen);
        c->busy = false;
        return;
    }
    long n = option.rate / DRIPS_PER_S, at = c->sent - c->head_len;
    if (at + n > body_size) n = body_size - at;
    ssize_t sent = send(c->fd, body + at, n, MSG_NOSIGNAL);
    if (sent > 0) c->sent += sent, bytes += sent;
    c->next_drip += 1.0 / DRIPS_PER_S;
}

/* Slow clients: every connection sends its body at `rate` bytes a second; `ok` counts those alive at the end. */
static void run_slow(double begin) {
    for (int i = 0; i < option.connections; i++) {
        struct connection *c = &all[i];
        prepare_request(c);
        if (send(c->fd, c->head, c->head_len, MSG_NOSIGNAL) != c->head_len) die("send");
        c->sent = c->head_len;
        c->busy = true;
        c->next_drip = begin + (double)i / option.connections / DRIPS_PER_S;
    }
    while (now() < begin + option.seconds) {
        for (int i = 0; i < option.connections; i++)
            if (all[i].busy && all[i].next_drip <= now()) drip(&all[i]);
        usleep(2000);
    }
    for (int i = 0; i < option.connections; i++) ok += all[i].busy;
}

static int by_size(const void *a, const void *b) {
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static double percentile_ms(double share) {
    return latency_count ? latencies[(size_t)((latency_count - 1) * share)] * 1e3 : 0;
}

static void print_result(double wall) {
    struct rusage usage;
    getrusage(RUSAGE_SELF, &usage);
    double cpu = usage.ru_utime.tv_sec + usage.ru_stime.tv_sec + (usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1e-6;
    qsort(latencies, latency_count, sizeof *latencies, by_size);
    printf("{\"wall_s\":%.6f,\"ok\":%ld,\"failed\":%ld,\"bytes\":%ld,\"cpu_s\":%.4f,\"p50_ms\":%.4f,\"p90_ms\":%.4f,"
           "\"p99_ms\":%.4f,\"max_ms\":%.4f,\"first_failure\":\"%s\"}\n",
           wall, ok, failed, bytes, cpu, percentile_ms(.5), percentile_ms(.9), percentile_ms(.99), percentile_ms(1),
           first_failure);
}

static void read_urls(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) die(path);
    char line[2048];
    long room = 0;
    while (fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = 0;
        if (url_count == room) urls = realloc(urls, (room = room ? room * 2 : 1024) * sizeof *urls);
        urls[url_count++] = strdup(line);
    }
    fclose(file);
}

static void map_body(const char *path) {
    struct stat info;
    body_fd = open(path, O_RDONLY | O_CLOEXEC);
    if (body_fd < 0 || fstat(body_fd, &info) < 0) die(path);
    body_size = info.st_size;
    body = mmap(NULL, body_size, PROT_READ, MAP_SHARED | MAP_POPULATE, body_fd, 0);
    if (body == MAP_FAILED) die(path);
}

static void add_header(const char *line) {
    size_t used = strlen(option.headers);
    snprintf(option.headers + used, sizeof option.headers - used, "%s\r\n", line);
}

static void read_options(int argc, char **argv) {
    static const struct option names[] = {
        {"port", 1, 0, 'p'},     {"method", 1, 0, 'm'},   {"urls", 1, 0, 'u'},   {"connections", 1, 0, 'c'},
        {"requests", 1, 0, 'n'}, {"seconds", 1, 0, 't'},  {"body", 1, 0, 'b'},   {"patch-at", 1, 0, 'a'},
        {"type", 1, 0, 'y'},     {"header", 1, 0, 'h'},   {"expect", 1, 0, 'e'}, {"contains", 1, 0, 'k'},
        {"rate", 1, 0, 'r'},     {"sync-under", 1, 0, 's'}, {0},
    };
    for (int o; (o = getopt_long(argc, argv, "", names, NULL)) != -1;) switch (o) {
        case 'p': option.port = atoi(optarg); break;
        case 'm': option.method = optarg; break;
        case 'u': read_urls(optarg); break;
        case 'c': option.connections = atoi(optarg); break;
        case 'n': option.requests = atol(optarg); break;
        case 't': option.seconds = atof(optarg); break;
        case 'b': map_body(optarg); break;
        case 'a': option.patch_at = atol(optarg); break;
        case 'y': option.type = optarg; break;
        case 'h': add_header(optarg); break;
        case 'e': option.expect = atoi(optarg); break;
        case 'k': option.contains = optarg; break;
        case 'r': option.rate = atol(optarg); break;
        case 's': option.sync_under = optarg; break;
        default: exit(2);
        }
    bool sane = option.port && url_count && option.connections > 0 && option.connections <= CONNECTIONS_MAX &&
                (!body_size || option.type) && (!option.rate || body_size) &&
                (option.patch_at < 0 || option.patch_at + PATCH_SIZE <= body_size);
    if (!sane) {
        fputs("load: needs --port, --urls, --type with --body, --body with --rate, --patch-at inside the body\n", stderr);
        exit(2);
    }
}

int main(int argc, char **argv) {
    signal(SIGPIPE, SIG_IGN);
    read_options(argc, argv);
    if (getrandom(&salt, sizeof salt, 0) != sizeof salt) die("getrandom");
    epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    all = calloc(option.connections, sizeof *all);
    for (int i = 0; i < option.connections; i++) dial(&all[i]);
    double begin = now();
    if (option.rate) run_slow(begin);
    else run_full_speed(begin);
    print_result(now() - begin);
    return failed ? 1 : 0;
}
