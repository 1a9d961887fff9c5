/** What this program calls itself. Change it, push, and watch the new version arrive. */
final class Version {
  static final String NAME = "1";

  private Version() {}
}
