# Compiles the decoder, in C alone, with the programs that put it to the test. From the top of the tree:
#   make -f fuzz/programs.mk BUILD=build/here FLAGS="instrumentation" CC=compiler build/here/PROGRAM...
# A BUILD keeps to one compiler and its FLAGS. Fuzzers need clang.
MAKEFLAGS += --no-builtin-rules
BUILD := build/sanitize
FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all
TRACE :=

DECODER := $(wildcard csrc/decode/*.c csrc/decode/protocols/*.c)
# TRACE is for the decoder alone, and not for what writes texts, where a fuzzer would look at every character.
NOT_TRACED := %/text.c %/tree.c %/summary.c
TRACED := $(filter-out $(NOT_TRACED),$(DECODER))
WALK := fuzz/walk_packet.c fuzz/read_fields.c $(DECODER)
CAPTURES := tests/sanitize/capture_packets.c
# Link types of each fuzzer; none: any. PPP and BSD's null share one, as do the cooked ones.
FUZZERS := ethernet raw_ip cooked null_ppp any
LINK_TYPES_ethernet := 1
LINK_TYPES_raw_ip := 12, 14, 101, 228, 229
LINK_TYPES_cooked := 113, 276
LINK_TYPES_null_ppp := 0, 108, 9, 50, 51
LINK_TYPES_any :=

PCAP_CFLAGS := $(shell pcap-config --cflags)
COMPILE = $(CC) -std=c11 -g -O2 -Wall -Wextra -Wshadow -Wconversion -fno-omit-frame-pointer $(FLAGS) $(PCAP_CFLAGS)
objects = $(addprefix $(BUILD)/,$(1:.c=.o))
programs = $(addprefix $(BUILD)/,$(1))

.PHONY: fuzzers fuzzer_names
fuzzers: $(call programs,$(FUZZERS) dictionary)

fuzzer_names:
	@echo $(FUZZERS)

link_types_%:
	@echo "$(LINK_TYPES_$*)"

$(call programs,replay): $(call objects,fuzz/replay.c fuzz/fuzz_input.c $(WALK))
$(call programs,dictionary): $(call objects,fuzz/dictionary.c $(DECODER))
$(call programs,decode_prefixes): $(call objects,tests/sanitize/decode_prefixes.c $(CAPTURES) $(WALK))
$(call programs,decode_mutations): $(call objects,tests/sanitize/decode_mutations.c $(CAPTURES) $(WALK))
$(call programs,field_texts): $(call objects,tests/sanitize/field_texts.c $(DECODER))
$(call programs,decode_cost): $(call objects,tests/sanitize/decode_cost.c $(WALK))
$(call programs,decode_prefixes decode_mutations): LIBRARIES = $(shell pcap-config --libs)
$(call programs,replay dictionary field_texts decode_prefixes decode_mutations decode_cost):
	$(COMPILE) -o $@ $^ $(LIBRARIES)

$(call programs,$(FUZZERS)): $(BUILD)/%: $(BUILD)/fuzz/target_%.o $(call objects,fuzz/fuzz_input.c $(WALK))
	$(COMPILE) -fsanitize=fuzzer -o $@ $^

$(BUILD)/fuzz/target_%.o: fuzz/fuzz_target.c fuzz/programs.mk
	@mkdir -p $(@D)
	$(COMPILE) -DTARGET_LINK_TYPES="$(LINK_TYPES_$*)" -MMD -MP -c -o $@ $<

$(call objects,$(TRACED)): COMPILE += $(TRACE)

$(BUILD)/%.o: %.c fuzz/programs.mk
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(wildcard $(BUILD)/*/*.d $(BUILD)/*/*/*.d $(BUILD)/*/*/*/*.d)
