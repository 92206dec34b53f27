"""SCTP: its chunks, their parameters and causes of errors."""

from __future__ import annotations

from tshark.entries import (
    EVERY,
    KIND,
    VALUE,
    Each,
    Field,
    Flat,
    Items,
    Layer,
    Unnamed,
    named,
    number,
    raw,
)


def bytes_of(name: str) -> dict:
    """The item's value is what tshark shows under that name."""
    return {VALUE: Field((f"sctp.{name}",), read=raw, without=b"")}


def numbers(*names: str) -> Each:
    return Each(tuple(f"sctp.{name}" for name in names), read=number)


CAUSES = Items(
    "sctp.cause_code",
    skip=None,
    fields={
        EVERY: {"length": "sctp.cause_length"},
        "invalid_stream_identifier": {"sid": "sctp.cause_stream_identifier"},
        "missing_mandatory_parameter": {
            "nr_missing": "sctp.cause_nr_of_missing_parameters",
            "parameter_types": numbers("cause_missing_parameter_type"),
        },
        "stale_cookie": {"staleness": "sctp.cause_measure_of_staleness"},
        "no_user_data": {"tsn": "sctp.cause_tsn"},
        "user_initiated_abort": bytes_of("cause_information"),
        "protocol_violation": bytes_of("cause_information"),
        "unsupported_hmac_identifier": {"hmac_id": "sctp.hmac_id"},
    },
)
ADDRESS = {
    EVERY: {"length": "sctp.parameter_length"},
    "ipv4_address": named("sctp.parameter_", "ipv4_address"),
    "ipv6_address": named("sctp.parameter_", "ipv6_address"),
}
CORRELATED = named("sctp.", "correlation_id")
CHANGED_ADDRESS = {**CORRELATED, "addresses": Items("sctp.parameter_type", skip=None, fields=ADDRESS)}
REQUEST = {"request_seq": "sctp.parameter_reconfig_request_sequence_number"}
RESPONSE = {"response_seq": "sctp.parameter_reconfig_response_sequence_number"}
STREAMS = {"sids": numbers("parameter_reconfig_sid")}
PARAMETERS = Items(
    "sctp.parameter_type",
    skip=None,
    fields={
        **ADDRESS,
        "heartbeat_info": bytes_of("parameter_heartbeat_information"),
        "state_cookie": bytes_of("parameter_state_cookie"),
        "host_name": bytes_of("parameter_hostname"),
        "cookie_preservative": {"increment": "sctp.parameter_cookie_preservative_incr"},
        "supported_address_types": {"address_types": numbers("parameter_supported_address_type")},
        "outgoing_ssn_reset": {
            **REQUEST,
            **RESPONSE,
            "last_tsn": "sctp.parameter_senders_last_assigned_tsn",
            **STREAMS,
        },
        "incoming_ssn_reset": {**REQUEST, **STREAMS},
        "ssn_tsn_reset": REQUEST,
        "re_configuration_response": {
            **RESPONSE,
            "result": "sctp.parameter_reconfig_response_result",
            "senders_tsn": "sctp.parameter_senders_next_tsn",
            "receivers_tsn": "sctp.parameter_receivers_next_tsn",
        },
        "add_outgoing_streams": {**REQUEST, "nr_streams": "sctp.parameter_add_outgoing_streams_number"},
        "add_incoming_streams": {**REQUEST, "nr_streams": "sctp.parameter_add_incoming_streams_number"},
        "random": {"random": "sctp.random_number"},
        "chunk_list": {"chunk_types": numbers("chunk_type_to_auth")},
        "requested_hmac_algorithm": {"hmac_ids": numbers("hmac_id")},
        "supported_extensions": {"chunk_types": numbers("supported_chunk_type")},
        "add_ip_address": CHANGED_ADDRESS,
        "delete_ip_address": CHANGED_ADDRESS,
        "error_cause_indication": {**CORRELATED, "causes": CAUSES},
        "set_primary_address": CHANGED_ADDRESS,
        "success_indication": CORRELATED,
        "adaptation_layer_indication": {"indication": "sctp.adaptation_layer_indication"},
    },
)


def init(prefix: str) -> dict:
    return {
        **named(f"sctp.{prefix}_", "initiate_tag", "nr_out_streams", "nr_in_streams", "initial_tsn"),
        "a_rwnd": f"sctp.{prefix}_credit",
        "parameters": PARAMETERS,
    }


def data(**others: str) -> dict:
    return {
        **named("sctp.data_", "i_bit", "u_bit", "b_bit", "e_bit", "sid"),
        "tsn": "sctp.data_tsn_raw",
        "ppid": "sctp.data_payload_proto_id",
        "data": Unnamed("tshark shows it as further layers"),
        **others,
    }


CHUNKS = Items(
    "sctp.chunk_type",
    skip=None,
    fields={
        EVERY: {"flags": "sctp.chunk_flags", "length": "sctp.chunk_length"},
        "data": data(ssn="sctp.data_ssn"),
        "init": init("init"),
        "init_ack": init("initack"),
        "sack": {
            "cumulative_tsn": "sctp.sack_cumulative_tsn_ack_raw",
            "a_rwnd": "sctp.sack_a_rwnd",
            "nr_gap_blocks": "sctp.sack_number_of_gap_blocks",
            "nr_duplicates": "sctp.sack_number_of_duplicated_tsns",
            "gap_blocks": numbers("sack_gap_block_start", "sack_gap_block_end"),
            "duplicates": numbers("sack_duplicate_tsn"),
        },
        "heartbeat": {"parameters": PARAMETERS},
        "heartbeat_ack": {"parameters": PARAMETERS},
        "abort": {"t_bit": "sctp.abort_t_bit", "causes": CAUSES},
        "shutdown": {"cumulative_tsn": "sctp.shutdown_cumulative_tsn_ack"},
        "error": {"causes": CAUSES},
        "cookie_echo": {"cookie": "sctp.cookie"},
        "ecne": {"lowest_tsn": "sctp.ecne_lowest_tsn"},
        "cwr": {"lowest_tsn": "sctp.cwr_lowest_tsn"},
        "shutdown_complete": {"t_bit": "sctp.shutdown_complete_t_bit"},
        "auth": named("sctp.", "shared_key_id", "hmac_id", "hmac"),
        "nr_sack": {
            "cumulative_tsn": "sctp.nr_sack_cumulative_tsn_ack",
            "a_rwnd": "sctp.nr_sack_a_rwnd",
            "nr_gap_blocks": "sctp.nr_sack_number_of_gap_blocks",
            "nr_nr_gap_blocks": "sctp.nr_sack_number_of_nr_gap_blocks",
            "nr_duplicates": "sctp.nr_sack_number_of_duplicated_tsns",
        },
        "i_data": data(mid="sctp.data_mid", fsn="sctp.data_fsn"),
        "asconf_ack": {"seq": "sctp.asconf_ack_seq_nr_number", "parameters": PARAMETERS},
        "pktdrop": {
            **named("sctp.pckdrop_", "t_bit", "b_bit", "m_bit"),
            **named("sctp.pktdrop_", "bandwidth", "truncated_length", queue_size="sctp.pktdrop_queuesize"),
        },
        "re_config": {"parameters": PARAMETERS},
        "pad": bytes_of("padding_data"),
        "forward_tsn": {
            "tsn": "sctp.forward_tsn_tsn",
            "streams": Flat({EVERY: {KIND: "sctp.forward_tsn_sid", "ssn": "sctp.forward_tsn_ssn"}}),
        },
        "asconf": {"seq": "sctp.asconf_seq_nr_number", "parameters": PARAMETERS},
        "i_forward_tsn": {
            "tsn": "sctp.i_forward_tsn_tsn",
            "streams": Flat(
                {
                    EVERY: {
                        KIND: "sctp.i_forward_tsn_sid",
                        "u_bit": "sctp.i_forward_tsn_u_bit",
                        "mid": "sctp.forward_tsn_mid",
                    }
                }
            ),
        },
    },
)

FIELDS = {
    "SCTP": Layer(
        ("sctp",),
        {
            **named("sctp.", "srcport", "dstport"),
            "_verif_tag": "sctp.verification_tag",
            "_checksum": "sctp.checksum",
            "chunks": CHUNKS,
        },
        checksum="sctp.checksum.status",
    ),
}
