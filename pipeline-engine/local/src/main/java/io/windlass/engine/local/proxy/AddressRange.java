package io.windlass.engine.local.proxy;

import java.net.InetAddress;
import java.util.Arrays;

/**
 * A range of IP addresses, written {@code 10.0.0.0/8}, {@code fd00::/8} or as one address.
 *
 * @param base an address of the range
 * @param bits how many of the first bits every address of the range shares with {@code base}
 */
public record AddressRange(InetAddress base, int bits) {

  public AddressRange {
    int most = base.getAddress().length * Byte.SIZE;
    if (bits < 0 || bits > most) {
      throw new IllegalArgumentException(
          "Tried to read an address range but its length %d is not within 0 to %d; write for example \"10.0.0.0/8\""
              .formatted(bits, most));
    }
  }

  /**
   * Reads a range; never asks a name server.
   *
   * @throws IllegalArgumentException if the text is not an IP address, or its length is out of
   *     bounds
   */
  public static AddressRange parse(String text) {
    int slash = text.indexOf('/');
    try {
      InetAddress base = InetAddress.ofLiteral(slash < 0 ? text : text.substring(0, slash));
      int bits =
          slash < 0
              ? base.getAddress().length * Byte.SIZE
              : Integer.parseInt(text.substring(slash + 1));
      return new AddressRange(base, bits);
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(
          "Tried to read address range \"%s\" but it is none; write for example \"10.0.0.0/8\""
              .formatted(text),
          e);
    }
  }

  /** Whether the address lies in the range. An IPv4 address never lies in an IPv6 range. */
  public boolean contains(InetAddress address) {
    byte[] mine = base.getAddress();
    byte[] other = address.getAddress();
    if (mine.length != other.length) {
      return false;
    }
    int whole = bits / Byte.SIZE;
    if (!Arrays.equals(mine, 0, whole, other, 0, whole)) {
      return false;
    }
    int rest = bits % Byte.SIZE;
    return rest == 0 || ((mine[whole] ^ other[whole]) & (0xFF << (Byte.SIZE - rest)) & 0xFF) == 0;
  }
}
