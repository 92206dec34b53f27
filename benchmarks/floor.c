/* The floor of the benchmarks: libpcap's own loop over a file, libpcap as it is, with a callback that
 * does nothing. Prints the seconds that it took and libpcap's version, as JSON. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <time.h>

static void ignore(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
    (void)user;
    (void)header;
    (void)bytes;
}

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

int main(int argc, char **argv)
{
    char error[PCAP_ERRBUF_SIZE];

    if (argc != 2) {
        fprintf(stderr, "usage: floor FILE\n");
        return 2;
    }
    double start = now();
    pcap_t *pcap = pcap_open_offline(argv[1], error);
    if (pcap == NULL) {
        fprintf(stderr, "floor: %s\n", error);
        return 1;
    }
    if (pcap_loop(pcap, 0, ignore, NULL) != 0) {
        fprintf(stderr, "floor: %s\n", pcap_geterr(pcap));
        return 1;
    }
    printf("{\"seconds\": %.6f, \"libpcap\": \"%s\"}\n", now() - start, pcap_lib_version());
    pcap_close(pcap);
    return 0;
}
