# What the installed binary is built with against the mistakes that tests did not find: the options of OpenSSF's "Compiler
# Options Hardening Guide for C and C++" that Debian 12's g++ 12 knows. tests/package/hardening_test.py reads them back from
# the ELF file; CONTRIBUTING.md has what they cost.

option(DIALERD_HARDENING "Harden the binary: the release preset does" OFF)
if(DIALERD_HARDENING)
  add_compile_options(
    -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3  # sizes of buffers are checked where memcpy, read, printf and the like are called
    -fstack-protector-strong               # a canary between a function's arrays and its return address
    -fstack-clash-protection               # a large frame touches every page, so that it cannot step over the guard page
    -fcf-protection=full                   # marks where indirect jumps may land (CET); enforced only where libc is built so too
    -D_GLIBCXX_ASSERTIONS                  # operator[], front(), optional's * and the like check what they assume
    -fPIE
    -ffile-prefix-map=${CMAKE_SOURCE_DIR}/=  # no path of the machine that built it; the same bytes from any folder
    -ffile-prefix-map=${CMAKE_BINARY_DIR}/=)
  add_link_options(
    -pie
    -Wl,-z,relro -Wl,-z,now  # all symbols are bound at the start, and their table is read-only from then on
    -Wl,-z,noexecstack
    -Wl,-z,separate-code     # no data is mapped executable
    -Wl,--as-needed)
endif()
