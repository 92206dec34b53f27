/* Runs inputs that were kept as files, without a fuzzer. Usage: replay FILE... */
#include "replay.h"
#include "promise.h"

static size_t file_size(FILE *file)
{
    long size = fseek(file, 0, SEEK_END) == 0 ? ftell(file) : -1;
    rewind(file);
    return size < 0 ? 0 : (size_t)size;
}

static bool replay(const char *path)
{
    FILE *file = fopen(path, "rb");
    if (file == NULL) {
        perror(path);
        return false;
    }
    size_t size = file_size(file);
    uint8_t *data = allocate(size);
    bool complete = fread(data, 1, size, file) == size;
    fclose(file);
    fprintf(stderr, "%s\n", path); /* the last one is the one that crashed */
    if (complete)
        replay_input(data, size);
    free(data);
    return complete;
}

int main(int argc, char **argv)
{
    bool all = argc > 1;
    for (int i = 1; i < argc; i++)
        all = replay(argv[i]) && all;
    printf("replayed %d inputs\n", argc - 1);
    return all ? 0 : 1;
}
