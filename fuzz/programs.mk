# Compiles the decoder, in C alone, with the programs that put it to the test. From the top of the tree:
#   make -f fuzz/programs.mk BUILD=build/here FLAGS="instrumentation" CC=compiler build/here/PROGRAM...
# A BUILD keeps to one compiler and its FLAGS. Fuzzers need clang.
MAKEFLAGS += --no-builtin-rules
BUILD := build/sanitize
FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all
TRACE :=
comma := ,

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

# All that reads capture files, with the compressions whose libraries are there. What is decoded in files, and where
# bytes come from, is not traced: other fuzzers and tests look at that.
READERS := $(addprefix csrc/files/,capture_file.c file_reader.c file_window.c file_index.c index_records.c \
    pcap_reader.c pcapng_blocks.c pcapng_options.c pcapng_reader.c)
INPUTS := $(addprefix csrc/files/,byte_input.c decompress.c decompress_gzip.c decompress_xz.c decompress_zstd.c \
    raw_input.c files_in_use.c) $(addprefix csrc/capture/,capture_error.c chunk.c interface.c)
WALK_FILE := fuzz/walk_file.c fuzz/walk_index.c fuzz/watch_memory.c fuzz/file_input.c
WATCHED := $(addprefix -Wl$(comma)--wrap=,input_read slab_next_chunk slab_new)
has_header = $(shell echo '\#include <$(1)>' | $(CC) -E - >/dev/null 2>&1 && echo yes)
COMPRESSIONS := $(if $(call has_header,zlib.h),ZLIB) $(if $(call has_header,zstd.h),ZSTD) \
    $(if $(call has_header,lzma.h),LZMA)
LIBRARY_ZLIB := -lz
LIBRARY_ZSTD := -lzstd
LIBRARY_LZMA := -llzma

PCAP_CFLAGS := $(shell pcap-config --cflags)
COMPILE = $(CC) -std=c11 -g -O2 -Wall -Wextra -Wshadow -Wconversion -fno-omit-frame-pointer $(FLAGS) $(PCAP_CFLAGS)
objects = $(addprefix $(BUILD)/,$(1:.c=.o))
programs = $(addprefix $(BUILD)/,$(1))

.PHONY: fuzzers fuzzer_names
fuzzers: $(call programs,$(FUZZERS) capture_file dictionary)

fuzzer_names:
	@echo $(FUZZERS) capture_file

link_types_%:
	@echo "$(LINK_TYPES_$*)"

$(call programs,replay): $(call objects,fuzz/replay.c fuzz/fuzz_input.c $(WALK))
$(call programs,replay_files): $(call objects,fuzz/replay.c $(WALK_FILE) $(READERS) $(INPUTS) $(DECODER))
$(call programs,dictionary): $(call objects,fuzz/dictionary.c $(DECODER))
$(call programs,decode_prefixes): $(call objects,tests/sanitize/decode_prefixes.c $(CAPTURES) $(WALK))
$(call programs,decode_mutations): $(call objects,tests/sanitize/decode_mutations.c $(CAPTURES) $(WALK))
$(call programs,field_texts): $(call objects,tests/sanitize/field_texts.c $(DECODER))
$(call programs,decode_cost): $(call objects,tests/sanitize/decode_cost.c $(WALK))
$(call programs,decode_prefixes decode_mutations): LIBRARIES = $(shell pcap-config --libs)
$(call programs,replay_files capture_file): LIBRARIES = $(WATCHED) $(foreach each,$(COMPRESSIONS),$(LIBRARY_$(each)))
$(call programs,replay replay_files dictionary field_texts decode_prefixes decode_mutations decode_cost):
	$(COMPILE) -o $@ $^ $(LIBRARIES)

$(call programs,$(FUZZERS)): $(BUILD)/%: $(BUILD)/fuzz/target_%.o $(call objects,fuzz/fuzz_input.c $(WALK))
	$(COMPILE) -fsanitize=fuzzer -o $@ $^

$(call programs,capture_file): $(call objects,fuzz/file_target.c $(WALK_FILE) $(READERS) $(INPUTS)) \
    $(addprefix $(BUILD)/untraced/,$(DECODER:.c=.o))
	$(COMPILE) -fsanitize=fuzzer -o $@ $^ $(LIBRARIES)

$(BUILD)/fuzz/target_%.o: fuzz/fuzz_target.c fuzz/programs.mk
	@mkdir -p $(@D)
	$(COMPILE) -DTARGET_LINK_TYPES="$(LINK_TYPES_$*)" -MMD -MP -c -o $@ $<

$(call objects,$(TRACED) $(READERS)): COMPILE += $(TRACE)
$(call objects,$(INPUTS)): COMPILE += $(addprefix -DUMPA_HAS_,$(COMPRESSIONS))

$(BUILD)/untraced/%.o: %.c fuzz/programs.mk
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

$(BUILD)/%.o: %.c fuzz/programs.mk
	@mkdir -p $(@D)
	$(COMPILE) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
