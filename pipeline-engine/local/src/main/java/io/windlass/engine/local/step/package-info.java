/**
 * Steps: processes that run once in a workspace, whose output is masked and bounded before it is
 * written and whose end is remembered until somebody has heard of it. They do not outlive the
 * keeper: a step that ran when the keeper was killed is ended when it starts again, and is lost.
 */
@NullMarked
package io.windlass.engine.local.step;

import org.jspecify.annotations.NullMarked;
