/* Which files this process reads at present, so that none of them is written over. Any thread may ask. */
#ifndef UMPA_FILES_FILES_IN_USE_H
#define UMPA_FILES_FILES_IN_USE_H

#include <stdbool.h>
#include <sys/types.h>

/* Its reader's, which keeps it where it is. */
struct file_in_use {
    dev_t device;
    ino_t inode;
    unsigned forks;
    struct file_in_use *next;
    struct file_in_use **link; /* NULL: it is not entered */
};

/* Anything but a regular file is not entered: it can't be written over. */
void file_in_use_enter(struct file_in_use *file, int fd);
void file_in_use_leave(struct file_in_use *file);

/* Whether the open file is one of them. */
bool is_file_in_use(int fd);

#endif
