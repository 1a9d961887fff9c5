package io.windlass.engine.image;

/**
 * Builds images and puts them where they can be run from.
 *
 * <p>Thread-safe; builds may run at once, also of the same plan. Building the same plan again gives
 * the same digest and sends nothing that is already there, so a build that a crash cut short is
 * simply done again. Interrupting the calling thread ends the build.
 */
public interface ImageBuilder {

  /**
   * Builds a plan and stores or pushes it under a tag. When it returns, the image is where its name
   * says, and on disk where that is this machine.
   *
   * @throws ImageException when it could not; {@link ImageException#kind()} says whose fault it is
   * @throws InterruptedException when the calling thread was interrupted; nothing is left half done
   *     that a later build could take for whole
   */
  BuiltImage build(ImagePlan plan, ImageName name, Tag commit)
      throws ImageException, InterruptedException;
}
