/* Names of a dump's files, and which are kept: see dump_rotation.h. */
#define _POSIX_C_SOURCE 200809L
#include "dump_rotation.h"
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_SECOND INT64_C(1000000000)

enum { MOMENT_SIZE = 32 };

bool rotation_init(struct dump_rotation *rotation, const struct dump_options *options,
                   struct capture_error *error)
{
    *rotation = (struct dump_rotation){.options = options};
    if (options->ring == 0)
        return true;
    rotation->kept = calloc(options->ring, sizeof(*rotation->kept));
    return rotation->kept != NULL || capture_error_set_errno(error, ENOMEM);
}

/* Where the number is put in: before the extension, and the one of a compression behind it. */
static const char *extension_of(const char *path)
{
    static const char *const compressed[] = {".gz", ".zst", ".xz"};
    const char *name = strrchr(path, '/');
    name = name == NULL ? path : name + 1;
    const char *end = name + strlen(name);
    const char *extension = strrchr(name, '.');
    if (extension == NULL || extension == name)
        return end;
    for (size_t i = 0; i < sizeof(compressed) / sizeof(compressed[0]); i++)
        if (strcasecmp(extension, compressed[i]) == 0)
            for (const char *dot = extension - 1; dot > name; dot--)
                if (*dot == '.')
                    return dot;
    return extension;
}

/* In local time, as dumpcap; a time that the calendar does not reach is told in seconds. */
static void write_moment(char text[MOMENT_SIZE], int64_t time_ns)
{
    struct tm fields;
    time_t seconds = (time_t)(time_ns / NS_PER_SECOND);
    if (localtime_r(&seconds, &fields) == NULL || strftime(text, MOMENT_SIZE, "%Y%m%d%H%M%S", &fields) == 0)
        snprintf(text, MOMENT_SIZE, "%" PRId64, time_ns / NS_PER_SECOND);
}

static bool remove_oldest(struct dump_rotation *rotation, char **place, struct capture_error *error)
{
    if (*place != NULL && unlink(*place) != 0 && errno != ENOENT) {
        int unlink_errno = errno;
        struct capture_error words;
        capture_error_set_errno(&words, unlink_errno);
        return capture_error_set(error, words.kind, unlink_errno,
                                 "'%.200s', the oldest of the ring of %" PRIu32
                                 " files, can't be removed: %.100s",
                                 *place, rotation->options->ring, words.text);
    }
    free(*place);
    *place = NULL;
    return true;
}

char *rotation_next_path(struct dump_rotation *rotation, int64_t time_ns, struct capture_error *error)
{
    const char *path = rotation->options->path;
    const char *extension = extension_of(path);
    char moment[MOMENT_SIZE];
    uint32_t number = rotation->number + 1;
    char **place = rotation->kept == NULL ? NULL : &rotation->kept[number % rotation->options->ring];
    if (place != NULL && !remove_oldest(rotation, place, error))
        return NULL;
    write_moment(moment, time_ns);
    size_t size = strlen(path) + sizeof("_4294967295_") + MOMENT_SIZE;
    char *next = malloc(size);
    if (next != NULL)
        snprintf(next, size, "%.*s_%05" PRIu32 "_%s%s", (int)(extension - path), path, number, moment,
                 extension);
    if (next == NULL || (place != NULL && (*place = strdup(next)) == NULL)) {
        free(next);
        capture_error_set_errno(error, ENOMEM);
        return NULL;
    }
    rotation->number = number;
    return next;
}

void rotation_free(struct dump_rotation *rotation)
{
    for (uint32_t i = 0; rotation->kept != NULL && i < rotation->options->ring; i++)
        free(rotation->kept[i]);
    free(rotation->kept);
}
