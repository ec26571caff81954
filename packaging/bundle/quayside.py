"""Where the bundled command line begins."""

from explorer.__main__ import main

main()
