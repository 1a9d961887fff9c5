package io.windlass.engine.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.windlass.engine.image.ImageException;
import io.windlass.engine.journal.EffectId;
import io.windlass.engine.journal.Retry;
import io.windlass.engine.journal.Subject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class RunPerformerTest {
  private static final RunId RUN = new RunId("acme/shop", 7);
  private static final EffectId ID =
      new EffectId("journal", new Subject("run", "acme/shop#7"), 1, 0);
  private static final RunEffect CLEAN_UP =
      new RunEffect.CleanUp(RUN, "0a1b2c3d", List.of(new RunEffect.StepAttempt("test", 1)));

  private final List<String> done = new ArrayList<>();

  @Test
  void theWorkspaceGoesAlsoWhereTheExecutorCannotBeReached() {
    RunPerformer performer = performer();

    assertThatThrownBy(() -> performer.perform(ID, CLEAN_UP)).isInstanceOf(ExecutorException.class);
    assertThat(done).containsExactly("removed");
  }

  @Test
  void whatARunLeavesBehindIsTriedForDays() {
    Retry retry = performer().retry(CLEAN_UP);

    assertThat(retry.most().dividedBy(2).multipliedBy(retry.attempts()))
        .isGreaterThan(Duration.ofDays(2));
  }

  private RunPerformer performer() {
    return new RunPerformer(
        new Workspaces() {
          @Override
          public Checkout checkOut(RunId run, String sha) {
            throw new UnsupportedOperationException();
          }

          @Override
          public Path directory(RunId run) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void prepare(RunId run, String sha) {
            done.add("prepared");
          }

          @Override
          public void remove(RunId run) {
            done.add("removed");
          }
        },
        new StepExecutor() {
          @Override
          public StepResult run(StepTask task) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void cancel(String id) {
            throw new UnsupportedOperationException();
          }

          @Override
          public void forget(String id) throws ExecutorException {
            throw new ExecutorException("the cluster does not answer");
          }
        },
        (repository, name) -> Optional.empty(),
        (plan, name, commit) -> {
          throw ImageException.badPlan("build an image", "there is none", "ask for none");
        },
        (repository, image, use) -> Optional.empty(),
        question -> new EnvironmentGrants.Grant.Refused("there is none"),
        ManifestRenderer.NONE,
        Previews.NONE,
        new RunFiles(Path.of("data")),
        RunLimits.DEFAULT);
  }
}
