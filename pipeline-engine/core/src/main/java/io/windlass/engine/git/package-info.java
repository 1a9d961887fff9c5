/**
 * Commits on disk. One bare mirror for each repository, fetched incrementally under a lock, and one
 * workspace for each run, made from the mirror at exactly one commit. Everything that comes out of
 * a repository is hostile until it is checked: names, links, sizes, addresses of submodules.
 * Nothing of the machine's own Git configuration is read, no hook ever runs, and credentials are
 * arguments that reach neither an address, a file nor an error.
 */
@NullMarked
package io.windlass.engine.git;

import org.jspecify.annotations.NullMarked;
