/**
 * What a repository asks for: {@code windlass.yaml} at one commit, read into {@link
 * io.windlass.engine.pipeline.Pipeline}.
 *
 * <p>{@link io.windlass.engine.pipeline.PipelineReader} gives a whole pipeline, with every default
 * filled in and every override resolved, or every mistake at once. What the format knows and this
 * version does not carry out is a mistake too; nothing is read and ignored. {@link
 * io.windlass.engine.pipeline.Triggers} decides whether an event concerns the pipeline, {@link
 * io.windlass.engine.pipeline.Expressions} fills in what is known only when it runs.
 *
 * <p>Nothing in the file is authority: anybody who can push a branch can edit it. The operator's
 * own file bounds what is asked for here.
 */
@NullMarked
package io.windlass.engine.pipeline;

import org.jspecify.annotations.NullMarked;
