import java.util.Random;

final class Text {
    private static final String[] SYLLABLES = {
        "bar", "ought", "able", "pri", "pres", "ese", "anti", "cally", "ation", "eing"};

    private Text() {
    }

    static String name(Random random, int length) {
        char[] letters = new char[length];
        for (int i = 0; i < length; i++)
            letters[i] = (char) ('a' + random.nextInt(26));
        return new String(letters);
    }

    /** One of a hundred: several customers of a district have the same. */
    static String lastName(int number) {
        return SYLLABLES[number / 10 % 10] + SYLLABLES[number % 10];
    }
}
