/* open_live(): its arguments into a Capture. */
#include "arguments.h"
#include "capture_open.h"
#include "errors.h"

#include "../capture/clock.h"
#include "../capture/devices.h"

enum {
    DEFAULT_TO_MS = 10,  /* how long the kernel gathers packets: latency against wake-ups */
    IMMEDIATE_TO_MS = 1, /* libpcap's own immediate mode loses bursts: it has a slot of snaplen a packet */
    DEFAULT_BUFFER = 1 << 24, /* bytes of ring: a burst of 100,000 packets a second for 0.2 s */
    LONGEST_TO_MS = 1000,
};

static const int64_t BUFFER_MAX = INT64_C(1) << 30;

static bool default_device(struct module_state *state, PyObject **device)
{
    struct capture_error error = {0};
    char name[256];
    bool found;
    Py_BEGIN_ALLOW_THREADS
    found = devices_first(name, sizeof(name), &error);
    Py_END_ALLOW_THREADS
    if (!found)
        raise_capture_error(state, &error, NULL);
    else
        *device = PyBytes_FromString(name);
    return *device != NULL;
}

/* The numbers and choices among the arguments. */
struct live_numbers {
    int64_t snaplen;
    int64_t to_ms;
    int64_t buffer_size;
    unsigned direction;
    unsigned precision;
};

static const char *const directions[] = {
    [DIRECTION_BOTH] = "inout", [DIRECTION_IN] = "in", [DIRECTION_OUT] = "out", NULL};
static const char *const precisions[] = {"nano", "micro", NULL};

/* A DLT's number will do as well as its name. */
static bool argument_link_type(PyObject *value, PyObject **encoded)
{
    PyObject *text;
    if (value == NULL || !PyLong_Check(value))
        return argument_text(value, "datalink", encoded);
    if ((text = PyObject_Str(value)) == NULL)
        return false;
    bool valid = argument_text(text, "datalink", encoded);
    Py_DECREF(text);
    return valid;
}

const char open_live_doc[] =
    "open_live(device=None, *, filter=None, snaplen=262144, promisc=True, timeout=0, count=0, dump=None,\n"
    "          to_ms=10, buffer_size=16777216, immediate=False, monitor=False, timestamp_type=None,\n"
    "          timestamp_precision='nano', direction='inout', datalink=None, flush_interval=100,\n"
    "          decode_as=None)\n--\n\n"
    "A Capture of a live device: None takes libpcap's first one, \"any\" all of them.\n\n"
    "filter: a BPF expression (pcap-filter(7)).\n"
    "snaplen: bytes kept of each packet, 0 for 262144.\n"
    "promisc: whether the device shall also take packets that are for other hosts.\n"
    "timeout: milliseconds from now until iteration ends, 0 for never.\n"
    "count: packets until it ends, 0 for no limit.\n"
    "dump: path of a file, or a Dump, that gets every packet delivered.\n"
    "to_ms: for how long the kernel may gather packets, 1 to 1000 milliseconds.\n"
    "buffer_size: bytes of the kernel's ring, 65536 to 1 GiB.\n"
    "immediate: the least latency, to_ms=1.\n"
    "monitor: monitor mode of a wireless device.\n"
    "timestamp_type: who takes the time: 'host', 'adapter', ... (pcap-tstamp(7)).\n"
    "timestamp_precision: 'nano' or 'micro', of packets and of the dump.\n"
    "direction: 'in', 'out' or 'inout'.\n"
    "datalink: a link type that the device offers, by its DLT's name or number.\n"
    "flush_interval: milliseconds that a packet may wait in memory before it is written to the dump; 0\n"
    "writes each at once.\n"
    "decode_as: what layer follows where a header has a number, in place of what is registered:\n"
    "{('udp.port', 8472): 'vxlan', ('udp.port', 4789): None}; None for a layer is Payload.";

PyObject *open_live(PyObject *module, PyObject *args, PyObject *keywords)
{
    static char *names[] = {"device",
                            "filter",
                            "snaplen",
                            "promisc",
                            "timeout",
                            "count",
                            "dump",
                            "to_ms",
                            "buffer_size",
                            "immediate",
                            "monitor",
                            "timestamp_type",
                            "timestamp_precision",
                            "direction",
                            "datalink",
                            "flush_interval",
                            "decode_as",
                            NULL};
    struct module_state *state = PyModule_GetState(module);
    PyObject *device = NULL, *filter = NULL, *snaplen = NULL, *timeout = NULL, *count = NULL, *dump = NULL;
    PyObject *to_ms = NULL, *buffer_size = NULL, *timestamp_type = NULL, *precision = NULL;
    PyObject *direction = NULL, *datalink = NULL, *flush_interval = NULL;
    PyObject *encoded_type = NULL, *encoded_link = NULL;
    int promisc = 1, immediate = 0, monitor = 0;
    int64_t started_ns = monotonic_ns();
    struct live_numbers numbers = {
        .snaplen = SNAPLEN_MAX, .to_ms = DEFAULT_TO_MS, .buffer_size = DEFAULT_BUFFER};
    struct open_options options = {.flush_interval_ns = DEFAULT_FLUSH_NS};
    struct capture_error error = {0};
    CaptureObject *self = NULL;
    PyObject *result = NULL;

    if (!PyArg_ParseTupleAndKeywords(args, keywords, "|O$OOpOOOOOppOOOOOO:open_live", names, &device, &filter,
                                     &snaplen, &promisc, &timeout, &count, &dump, &to_ms, &buffer_size,
                                     &immediate, &monitor, &timestamp_type, &precision, &direction, &datalink,
                                     &flush_interval, &options.decode_as))
        return NULL;
    if (!argument_text(device, "device", &options.subject) ||
        !argument_text(filter, "filter", &options.filter) ||
        !argument_integer(snaplen, "snaplen", 0, SNAPLEN_MAX, &numbers.snaplen) ||
        !argument_milliseconds(timeout, "timeout", &options.timeout_ns) ||
        !argument_integer(count, "count", 0, INT64_MAX, &options.count) ||
        !argument_dump(dump, "dump", &options.dump) ||
        !argument_integer(to_ms, "to_ms", 1, LONGEST_TO_MS, &numbers.to_ms) ||
        !argument_integer(buffer_size, "buffer_size", 65536, BUFFER_MAX, &numbers.buffer_size) ||
        !argument_text(timestamp_type, "timestamp_type", &encoded_type) ||
        !argument_choice(precision, "timestamp_precision", precisions, &numbers.precision) ||
        !argument_choice(direction, "direction", directions, &numbers.direction) ||
        !argument_link_type(datalink, &encoded_link) ||
        !argument_milliseconds(flush_interval, "flush_interval", &options.flush_interval_ns))
        goto done;
    if (options.subject == NULL && !default_device(state, &options.subject))
        goto done;
    if ((self = capture_new(state, &options, started_ns)) == NULL)
        goto done;

    struct live_options live = {
        .device = c_string(options.subject),
        .filter = c_string(options.filter),
        .timestamp_type = c_string(encoded_type),
        .link_type = c_string(encoded_link),
        .direction = (enum capture_direction)numbers.direction,
        .snaplen = numbers.snaplen == 0 ? SNAPLEN_MAX : (int)numbers.snaplen,
        .to_ms = immediate ? IMMEDIATE_TO_MS : (int)numbers.to_ms,
        .buffer_size = (int)numbers.buffer_size,
        .promisc = promisc,
        .monitor = monitor,
        .microseconds = numbers.precision != 0,
    };
    self->gather_ns = live.to_ms * INT64_C(1000000);
    Py_BEGIN_ALLOW_THREADS
    self->source = live_source_open(&live, &error);
    Py_END_ALLOW_THREADS
    result = capture_finish_open(self, &options, &error);
done:
    Py_XDECREF(encoded_type);
    Py_XDECREF(encoded_link);
    open_options_clear(&options);
    return result;
}
