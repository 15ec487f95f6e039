# To be sourced from the top of a checkout, before anything is built. Lets ccache, where it is installed, serve this checkout
# from what another one on this machine compiled of the same text: paths below the checkout count relative to it. And lets it
# cache sources that use a precompiled header, which it does only when it is told so.
export CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CCACHE_SLOPPINESS=pch_defines,time_macros
