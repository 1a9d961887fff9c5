package io.windlass.engine.secret;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * Puts {@code ***} in the place of secrets in text that goes by, however it is cut into pieces.
 *
 * <p>Found are each secret itself, its lines of at least {@link #SHORTEST_LINE} characters when it
 * has several, and its usual disguises: base64 (also inside something longer, also wrapped into
 * lines), hexadecimal, and escaped for URLs, JSON, XML and shells. Not found is what a program
 * makes of a secret in ways of its own; masking is a net under mistakes, not a wall against
 * somebody who wants the secret out.
 *
 * <p>Secrets of fewer than {@link #SHORTEST} characters are left alone: they stand in ordinary text
 * by chance, and the holes in it would say what they are. {@link #tooShort} counts them, so that
 * whoever runs a step can say so.
 *
 * <p>Immutable, safe for all threads; a {@link Stream} belongs to one thread at a time.
 */
public final class Masker {
  /** The fewest characters that a secret needs in order to be masked. */
  public static final int SHORTEST = 4;

  /** The fewest characters of a line of a longer secret that is masked by itself. */
  public static final int SHORTEST_LINE = 8;

  private static final byte[] MASK = "***".getBytes(StandardCharsets.US_ASCII);
  private static final int MOST_BYTES = 8 << 20;

  /** Where masked bytes go. */
  @FunctionalInterface
  public interface Sink {
    void write(byte[] bytes, int offset, int length) throws IOException;
  }

  private final Automaton plain;
  private final Automaton wrapped;
  private final int tooShort;

  private Masker(Automaton plain, Automaton wrapped, int tooShort) {
    this.plain = plain;
    this.wrapped = wrapped;
    this.tooShort = tooShort;
  }

  /** Masks nothing. */
  public static Masker none() {
    return of(List.of());
  }

  /**
   * A masker of these secrets.
   *
   * @throws IllegalArgumentException when they are more than some hundred kilobytes in all
   */
  public static Masker of(Collection<String> secrets) {
    Set<String> plain = new LinkedHashSet<>();
    Set<String> base64 = new LinkedHashSet<>();
    int tooShort = 0;
    for (String secret : new LinkedHashSet<>(secrets)) {
      String core = secret.strip();
      if (core.length() < SHORTEST) {
        tooShort++;
        continue;
      }
      for (String piece : Disguises.pieces(secret)) {
        plain.addAll(Disguises.plain(piece));
        base64.addAll(Disguises.base64(piece));
      }
    }
    long size =
        plain.stream().mapToLong(String::length).sum()
            + base64.stream().mapToLong(String::length).sum();
    if (size > MOST_BYTES) {
      throw new IllegalArgumentException(
          "Tried to mask secrets of "
              + secrets.stream().mapToLong(String::length).sum()
              + " characters but that is more than a masker holds; give a step fewer or shorter secrets");
    }
    return new Masker(Automaton.of(plain), Automaton.of(base64), tooShort);
  }

  /** How many of the secrets are too short to be masked. */
  public int tooShort() {
    return tooShort;
  }

  /** Masks a text that is complete. */
  public String mask(String text) {
    var out = new ByteArrayOutputStream(text.length());
    Stream stream = stream(out::write);
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    try {
      stream.write(bytes, 0, bytes.length);
      stream.end();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory does not fail
    }
    return out.toString(StandardCharsets.UTF_8);
  }

  /** Begins a stream of bytes, such as one output of one process. */
  public Stream stream(Sink sink) {
    return new Stream(sink);
  }

  /**
   * Masks what is written to it in pieces. Bytes that may be the beginning of a secret are kept
   * back until the next piece, or the end, shows whether they are.
   */
  public final class Stream {
    /**
     * Base64 is wrapped at 64 or 76 characters; a shorter run before a line's end is ordinary text.
     */
    private static final int WRAPPED_RUN = 60;

    private static final int STEP = 8192;

    private final Sink sink;
    private byte[] held = new byte[STEP];
    private boolean[] secret = new boolean[STEP];
    private int size;
    private int plainState;
    private int wrappedState;
    private int run;
    private boolean inMask;

    private Stream(Sink sink) {
      this.sink = sink;
    }

    public void write(byte[] bytes, int offset, int length) throws IOException {
      for (int done = 0; done < length; done += STEP) {
        take(bytes, offset + done, Math.min(STEP, length - done));
        emit(size - Math.max(plain.depth(plainState), spanOf(wrapped.depth(wrappedState))));
      }
    }

    /** How many bytes are kept back because they may be the beginning of a secret. */
    public int held() {
      return size;
    }

    /** Writes what was kept back. The stream may be used again, as a new one. */
    public void end() throws IOException {
      emit(size);
      plainState = Automaton.ROOT;
      wrappedState = Automaton.ROOT;
      run = 0;
      inMask = false;
    }

    private void take(byte[] bytes, int offset, int length) {
      grow(size + length);
      for (int i = offset; i < offset + length; i++) {
        byte b = bytes[i];
        held[size] = b;
        secret[size] = false;
        size++;
        plainState = plain.next(plainState, b);
        int found = plain.longestMatch(plainState);
        if (found > 0) {
          mark(found);
        }
        if (isLineEnd(b)) {
          wrappedState = run >= WRAPPED_RUN ? wrappedState : Automaton.ROOT;
          run = b == '\r' ? run : 0;
        } else {
          wrappedState = wrapped.next(wrappedState, b);
          run = isBase64(b) ? run + 1 : 0;
          int wrappedFound = wrapped.longestMatch(wrappedState);
          if (wrappedFound > 0) {
            mark(spanOf(wrappedFound));
          }
        }
      }
    }

    private void mark(int length) {
      for (int i = size - length; i < size; i++) {
        secret[i] = true;
      }
    }

    /** How many held bytes the last {@code count} bytes that are no line ends span. */
    private int spanOf(int count) {
      int left = count;
      int start = size;
      while (left > 0) {
        start--;
        if (!isLineEnd(held[start])) {
          left--;
        }
      }
      return count == 0 ? 0 : size - start;
    }

    private void emit(int length) throws IOException {
      int from = 0;
      while (from < length) {
        int to = from;
        while (to < length && secret[to] == secret[from]) {
          to++;
        }
        if (!secret[from]) {
          sink.write(held, from, to - from);
          inMask = false;
        } else if (!inMask) {
          sink.write(MASK, 0, MASK.length);
          inMask = true;
        }
        from = to;
      }
      System.arraycopy(held, length, held, 0, size - length);
      System.arraycopy(secret, length, secret, 0, size - length);
      size -= length;
    }

    private void grow(int needed) {
      if (needed > held.length) {
        held = Arrays.copyOf(held, Math.max(needed, held.length * 2));
        secret = Arrays.copyOf(secret, held.length);
      }
    }

    private static boolean isLineEnd(byte b) {
      return b == '\n' || b == '\r';
    }

    private static boolean isBase64(byte b) {
      return (b >= 'A' && b <= 'Z')
          || (b >= 'a' && b <= 'z')
          || (b >= '0' && b <= '9')
          || b == '+'
          || b == '/'
          || b == '-'
          || b == '_';
    }
  }
}
