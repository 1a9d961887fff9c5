/** What clusters' own metrics say of fleets: cAdvisor's and kube-state-metrics'. */
@NullMarked
package io.windlass.engine.kubernetes.signal;

import org.jspecify.annotations.NullMarked;
