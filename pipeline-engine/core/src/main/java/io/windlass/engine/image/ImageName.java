package io.windlass.engine.image;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/** Where an image goes to, without its tag. */
public sealed interface ImageName {

  /** The path below the registry, or the whole name in the store: {@code acme/shop}. */
  String repository();

  /** A repository in a registry; the registry is a host, with a port where it has one. */
  record InRegistry(String registry, String repository) implements ImageName {
    public InRegistry {
      Names.check(repository);
    }

    @Override
    public String toString() {
      return registry + "/" + repository;
    }
  }

  /** Kept on this machine in the content store, and in no registry. */
  record InStore(String repository) implements ImageName {
    public InStore {
      Names.check(repository);
    }

    @Override
    public String toString() {
      return repository;
    }
  }

  /** An image that stays on this machine; capitals, which references do not allow, are lowered. */
  static ImageName local(String repository) {
    return new InStore(repository.toLowerCase(Locale.ROOT));
  }

  /** What the repository's file names; one that stays on this machine where it names none. */
  static ImageName of(Optional<String> named, String repository) {
    return named.map(ImageName::parse).orElseGet(() -> local(repository));
  }

  /** Reads {@code ghcr.io/acme/shop}: the first part must be a registry's host. */
  static ImageName parse(String text) {
    int slash = text.indexOf('/');
    String host = slash < 0 ? "" : text.substring(0, slash);
    if (!host.contains(".") && !host.contains(":") && !host.equals("localhost")) {
      throw new IllegalArgumentException(
          "Tried to read the image name \""
              + text
              + "\" but it does not begin with a registry; write registry.example.com/acme/shop");
    }
    return new InRegistry(host, text.substring(slash + 1));
  }

  /** The rule for repositories' names that the distribution specification gives. */
  final class Names {
    private static final Pattern FORM =
        Pattern.compile(
            "[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*(?:/[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*)*");

    private Names() {}

    private static void check(String repository) {
      if (repository.length() > 255 || !FORM.matcher(repository).matches()) {
        throw new IllegalArgumentException(
            "Tried to name an image \""
                + repository
                + "\" but repositories are lower-case words with / between them and no tag;"
                + " write acme/shop");
      }
    }
  }
}
