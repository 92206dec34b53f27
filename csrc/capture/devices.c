/* The devices that libpcap lists: see devices.h. */
#define _DEFAULT_SOURCE /* u_int, for pcap.h */
#include "devices.h"
#include "live_device.h"
#include <arpa/inet.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#ifdef AF_PACKET
#include <netpacket/packet.h>
#endif
#ifdef AF_LINK
#include <net/if_dl.h>
#endif

bool devices_list(struct pcap_if **list, struct capture_error *error)
{
    char words[PCAP_ERRBUF_SIZE] = "";
    errno = 0;
    if (pcap_findalldevs(list, words) == 0)
        return true;
    return errno == ENOMEM ? capture_error_set_errno(error, ENOMEM) : capture_error_set_libpcap(error, words);
}

void devices_free(struct pcap_if *list)
{
    pcap_freealldevs(list);
}

bool devices_first(char *name, size_t size, struct capture_error *error)
{
    struct pcap_if *list;
    if (!devices_list(&list, error))
        return false;
    int length = list == NULL ? -1 : snprintf(name, size, "%s", list->name);
    devices_free(list);
    if (length < 0)
        return capture_error_set(error, ERROR_DEVICE, ENODEV, "there is no device to capture from");
    if ((size_t)length >= size)
        return capture_error_set(error, ERROR_DEVICE, ENAMETOOLONG, "%s...: the device's name is too long",
                                 name);
    return true;
}

/* In the list's own memory; NULL for a link-layer address that is no MAC address, such as a tunnel's. */
static const uint8_t *mac_address(const struct sockaddr *from)
{
#ifdef AF_PACKET
    if (from->sa_family == AF_PACKET) {
        const struct sockaddr_ll *link = (const void *)from;
        return link->sll_halen == MAC_SIZE ? link->sll_addr : NULL;
    }
#endif
#ifdef AF_LINK
    if (from->sa_family == AF_LINK) {
        const struct sockaddr_dl *link = (const void *)from;
        return link->sdl_alen == MAC_SIZE ? (const uint8_t *)link->sdl_data + link->sdl_nlen : NULL;
    }
#endif
    return NULL;
}

static const uint8_t *find_mac(const struct pcap_addr *address)
{
    const uint8_t *mac = NULL;
    for (; address != NULL && mac == NULL; address = address->next)
        if (address->addr != NULL)
            mac = mac_address(address->addr);
    return mac;
}

static int connection(bpf_u_int32 flags)
{
    switch (flags & PCAP_IF_CONNECTION_STATUS) {
    case PCAP_IF_CONNECTION_STATUS_CONNECTED:
        return 1;
    case PCAP_IF_CONNECTION_STATUS_DISCONNECTED:
        return 0;
    default:
        return -1;
    }
}

const struct pcap_if *device_read(const struct pcap_if *entry, struct device *device)
{
    /* Of what is no network interface libpcap sets the flags only where it knows them. */
    int unset = (entry->flags & PCAP_IF_UP) != 0 || if_nametoindex(entry->name) != 0 ? 0 : -1;
    *device = (struct device){
        .name = entry->name,
        .description = entry->description,
        .addresses = entry->addresses,
        .mac = find_mac(entry->addresses),
        .loopback = (entry->flags & PCAP_IF_LOOPBACK) != 0,
        .wireless = (entry->flags & PCAP_IF_WIRELESS) != 0,
        .up = (entry->flags & PCAP_IF_UP) != 0 ? 1 : unset,
        .running = (entry->flags & PCAP_IF_RUNNING) != 0 ? 1 : unset,
        .connected = connection(entry->flags),
    };
    return entry->next;
}

/* An IP address's bytes. */
struct ip {
    int family; /* AF_INET, AF_INET6, or AF_UNSPEC for none */
    size_t size;
    uint8_t bytes[16];
};

/* `family` is the caller's knowledge: BSD cuts trailing zeros off a netmask, and may leave out its family. */
static struct ip ip_of(const struct sockaddr *from, int family)
{
    struct ip ip = {.family = AF_UNSPEC};
    struct sockaddr_in ipv4 = {0};
    struct sockaddr_in6 ipv6 = {0};
    if (from == NULL || (family != AF_INET && family != AF_INET6))
        return ip;
    size_t available = family == AF_INET ? sizeof(ipv4) : sizeof(ipv6);
#ifdef SIN6_LEN
    if (from->sa_len < available)
        available = from->sa_len;
#endif
    ip.family = family;
    if (family == AF_INET) {
        memcpy(&ipv4, from, available);
        ip.size = sizeof(ipv4.sin_addr);
        memcpy(ip.bytes, &ipv4.sin_addr, ip.size);
    } else {
        memcpy(&ipv6, from, available);
        ip.size = sizeof(ipv6.sin6_addr);
        memcpy(ip.bytes, &ipv6.sin6_addr, ip.size);
    }
    return ip;
}

static void write_ip(char text[IP_TEXT_SIZE], const struct ip *ip)
{
    if (ip->family != AF_UNSPEC)
        inet_ntop(ip->family, ip->bytes, text, IP_TEXT_SIZE);
}

static int prefix_length(const struct ip *netmask)
{
    int length = 0;
    if (netmask->family == AF_UNSPEC)
        return -1;
    while (length < (int)netmask->size * 8 && (netmask->bytes[length / 8] & (0x80 >> length % 8)) != 0)
        length++;
    for (int bit = length; bit < (int)netmask->size * 8; bit++)
        if ((netmask->bytes[bit / 8] & (0x80 >> bit % 8)) != 0)
            return -1;
    return length;
}

static bool is_last_of_subnet(const struct ip *ip, const struct ip *netmask)
{
    if (netmask->family == AF_UNSPEC)
        return false;
    for (size_t i = 0; i < ip->size; i++)
        if ((ip->bytes[i] | netmask->bytes[i]) != 0xFF)
            return false;
    return true;
}

/* On Linux a broadcast address and a peer's share a place, which holds the address itself where there is
 * neither; libpcap tells them apart by the device, which may have both kinds. */
static void write_other_end(struct device_address *result, const struct pcap_addr *from,
                            const struct ip *address, const struct ip *netmask)
{
    bool is_peer = from->broadaddr == NULL || address->family == AF_INET6 ||
                   result->prefix_length == (int)address->size * 8;
    struct ip other = ip_of(from->broadaddr == NULL ? from->dstaddr : from->broadaddr, address->family);
    if (other.family == AF_UNSPEC || memcmp(other.bytes, address->bytes, address->size) == 0)
        return;
    if (is_peer)
        write_ip(result->peer, &other);
    else if (is_last_of_subnet(&other, netmask))
        write_ip(result->broadcast, &other);
}

bool device_next_address(const struct pcap_addr **rest, struct device_address *address)
{
    while (*rest != NULL) {
        const struct pcap_addr *from = *rest;
        *rest = from->next;
        struct ip ip = ip_of(from->addr, from->addr == NULL ? AF_UNSPEC : from->addr->sa_family);
        if (ip.family == AF_UNSPEC)
            continue;
        struct ip netmask = ip_of(from->netmask, ip.family);
        *address = (struct device_address){.prefix_length = prefix_length(&netmask)};
        write_ip(address->address, &ip);
        write_ip(address->netmask, &netmask);
        write_other_end(address, from, &ip, &netmask);
        return true;
    }
    return false;
}

int device_link_types(const char *device, int **types, struct capture_error *error)
{
    struct live_options options = {.device = device, .snaplen = 64, .to_ms = 1, .buffer_size = 65536};
    pcap_t *pcap = live_device_open(&options, error);
    if (pcap == NULL)
        return -1;
    int count = pcap_list_datalinks(pcap, types);
    if (count < 0)
        capture_error_set_libpcap(error, pcap_geterr(pcap));
    pcap_close(pcap);
    return count < 0 ? -1 : count;
}

void link_types_free(int *types)
{
    pcap_free_datalinks(types);
}

const char *link_type_name(int type)
{
    return pcap_datalink_val_to_name(type);
}
