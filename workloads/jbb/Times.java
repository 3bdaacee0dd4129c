import java.io.PrintStream;

/** How long transactions took, of those that are looked at: one in EVERY, so that reading the clock does not
 *  show. In buckets of at most 1/64 of what is in them, the same that the agent has (histogram.h). One thread
 *  at a time. */
final class Times {
    static final int EVERY = 16;
    private static final int SUB_BITS = 6, MAX_BITS = 40;

    private final long[] bucket = new long[(MAX_BITS - SUB_BITS + 1) << SUB_BITS];
    private long most;
    private int next = EVERY;

    /** Is the next transaction one of those? */
    boolean due() {
        if (--next > 0)
            return false;
        next = EVERY;
        return true;
    }

    void add(long ns) {
        bucket[bucketOf(ns)]++;
        most = Math.max(most, ns);
    }

    /** All that the other one has, which then has nothing. */
    void take(Times other) {
        for (int i = 0; i < bucket.length; i++) {
            bucket[i] += other.bucket[i];
            other.bucket[i] = 0;
        }
        most = Math.max(most, other.most);
        other.most = 0;
    }

    /** A line for each bucket with something in it, by its middle, the last by the longest time of all. */
    void tell(PrintStream out) {
        long all = 0;
        for (int i = 0; i < bucket.length; i++)
            if (bucket[i] > 0) {
                out.println("time ns=" + (i == bucketOf(most) ? most : middle(i)) + " n=" + bucket[i]);
                all += bucket[i];
            }
        out.println("times n=" + all);
    }

    private static int bucketOf(long ns) {
        if (ns >>> MAX_BITS != 0)
            return ((MAX_BITS - SUB_BITS + 1) << SUB_BITS) - 1;
        if (ns < 2 << SUB_BITS)
            return (int) ns;
        int shift = 63 - Long.numberOfLeadingZeros(ns) - SUB_BITS;
        return (shift << SUB_BITS) + (int) (ns >>> shift);
    }

    private static long middle(int i) {
        int range = i >> SUB_BITS, shift = range > 1 ? range - 1 : 0;
        return ((long) (i - (shift << SUB_BITS)) << shift) + (1L << shift) / 2;
    }
}
