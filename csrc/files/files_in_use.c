/* Which files this process reads: see files_in_use.h. */
#define _POSIX_C_SOURCE 200809L
#include "files_in_use.h"
#include <pthread.h>
#include <stddef.h>
#include <sys/stat.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct file_in_use *first;
static unsigned forks; /* that led here: what the parent reads is no affair of ours */

static void lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static void forget_parent(void)
{
    first = NULL;
    forks++;
    unlock();
}

/* A child may not find it locked by a thread that it does not have. */
static void watch_forks(void)
{
    pthread_atfork(lock, unlock, forget_parent);
}

void file_in_use_enter(struct file_in_use *file, int fd)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct stat status;
    pthread_once(&once, watch_forks);
    file->link = NULL;
    if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode))
        return;
    lock();
    *file = (struct file_in_use){status.st_dev, status.st_ino, forks, first, &first};
    if (first != NULL)
        first->link = &file->next;
    first = file;
    unlock();
}

void file_in_use_leave(struct file_in_use *file)
{
    lock();
    bool is_entered = file->link != NULL && file->forks == forks;
    if (is_entered)
        *file->link = file->next;
    if (is_entered && file->next != NULL)
        file->next->link = file->link;
    file->link = NULL;
    unlock();
}

bool is_file_in_use(int fd)
{
    struct stat status;
    bool found = false;
    if (fstat(fd, &status) != 0)
        return false;
    lock();
    for (const struct file_in_use *file = first; file != NULL; file = file->next)
        found = found || (file->device == status.st_dev && file->inode == status.st_ino);
    unlock();
    return found;
}
