package io.windlass.engine.run;

import java.util.Optional;

/**
 * What a step asks of an executor that runs containers.
 *
 * @param image the reference of its image; empty for the operator's default
 */
public record StepContainer(Optional<String> image) {
  /** Asks for nothing. */
  public static final StepContainer NONE = new StepContainer(Optional.empty());

  /**
   * The answer of an executor that runs processes and cannot give what is asked, if anything is.
   */
  public Optional<StepResult> refusedByProcesses() {
    return image.map(reference ->
        new StepResult.Refused(
            "the step asks for the image \""
                + reference
                + "\" but steps are processes of the machine here; remove \"image:\", or let"
                + " the operator set an executor that runs containers"));
  }
}
