/**
 * What a release is made of in a namespace. Pure: a release and what the operator grants go in,
 * Kubernetes objects come out, always the same ones in the same order.
 */
@NullMarked
package io.windlass.engine.kubernetes.workload;

import org.jspecify.annotations.NullMarked;
