/* The number spaces in which a header says what follows it: the name is Wireshark's where it has one, and the
 * number says for how many values there is a place. A value beyond is bound to nothing. */
SELECTOR(LINK_TYPE, "link_type", 512)
SELECTOR(ETHERTYPE, "ethertype", 65536)
SELECTOR(LLC_SAP, "llc.dsap", 256)
SELECTOR(PPP_PROTOCOL, "ppp.protocol", 1024)
SELECTOR(IP_VERSION, "ip.version", 16)
SELECTOR(IP_PROTOCOL, "ip.proto", 256)
SELECTOR(UDP_PORT, "udp.port", 65536)
