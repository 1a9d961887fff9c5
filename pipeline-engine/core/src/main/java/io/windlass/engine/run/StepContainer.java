package io.windlass.engine.run;

import java.util.List;
import java.util.Optional;

/**
 * What a step asks of an executor that runs containers.
 *
 * @param image the reference of its image; empty for the operator's default
 * @param services begun before it, one after the other, and each ready before the next
 */
public record StepContainer(Optional<String> image, List<StepService> services) {
  /** Asks for nothing. */
  public static final StepContainer NONE = new StepContainer(Optional.empty(), List.of());

  public StepContainer {
    services = List.copyOf(services);
  }

  /**
   * The answer of an executor that runs processes and cannot give what is asked, if anything is.
   */
  public Optional<StepResult> refusedByProcesses() {
    return image
        .map(reference -> "\"image: " + reference + '"')
        .or(() ->
            services.stream()
                .findFirst()
                .map(service -> "\"services: " + service.spec().name() + '"'))
        .map(asked ->
            new StepResult.Refused(
                "the step asks for "
                    + asked
                    + " but steps are processes of the machine here; remove it, or let the"
                    + " operator set an executor that runs containers"));
  }
}
