/**
 * Objects that a repository brings of its own: read strictly, held against what a repository may
 * have in a namespace, and turned into what a release is made of.
 *
 * <p>Their text comes from strangers. {@code Kustomize} and {@code Helm} run the operator's tools
 * over it; {@code Documents} reads what came of it; the rules say all that is wrong with it at
 * once; {@code Assembly} puts the release into it.
 */
@NullMarked
package io.windlass.engine.kubernetes.manifest;

import org.jspecify.annotations.NullMarked;
