import java.math.BigDecimal;
import java.util.zip.CRC32;
import javax.xml.parsers.DocumentBuilder;
import javax.xml.parsers.DocumentBuilderFactory;
import javax.xml.parsers.ParserConfigurationException;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NamedNodeMap;
import org.w3c.dom.Node;

/** What a transaction says: an XML document, written into a buffer that is used again. */
final class Receipt {
    private final DocumentBuilder builder;
    private final StringBuilder text = new StringBuilder(8192);
    private final CRC32 crc = new CRC32();
    private byte[] bytes = new byte[8192];
    private Document document;
    private Element root;

    Receipt() {
        try {
            builder = DocumentBuilderFactory.newInstance().newDocumentBuilder();
        } catch (ParserConfigurationException e) {
            throw new IllegalStateException(e);
        }
    }

    Receipt begin(String name) {
        document = builder.newDocument();
        root = document.createElement(name);
        document.appendChild(root);
        return this;
    }

    Receipt field(String name, Object value) {
        Element e = document.createElement(name);
        e.appendChild(document.createTextNode(value.toString()));
        root.appendChild(e);
        return this;
    }

    void row(String what, int count, BigDecimal amount) {
        Element e = document.createElement("row");
        e.setAttribute("what", what);
        e.setAttribute("count", Integer.toString(count));
        e.setAttribute("amount", amount.toString());
        root.appendChild(e);
    }

    /** CRC of the document as text. */
    long sum() {
        text.setLength(0);
        write(root);
        int length = text.length();
        if (bytes.length < length)
            bytes = new byte[2 * length];
        for (int i = 0; i < length; i++) // ASCII by construction
            bytes[i] = (byte) text.charAt(i);
        crc.reset();
        crc.update(bytes, 0, length);
        return crc.getValue();
    }

    private void write(Node node) {
        if (node.getNodeType() == Node.TEXT_NODE) {
            text.append(node.getNodeValue());
            return;
        }
        text.append('<').append(node.getNodeName());
        NamedNodeMap attributes = node.getAttributes();
        for (int i = 0; i < attributes.getLength(); i++)
            text.append(' ').append(attributes.item(i).getNodeName()).append("=\"")
                .append(attributes.item(i).getNodeValue()).append('"');
        text.append('>');
        for (Node n = node.getFirstChild(); n != null; n = n.getNextSibling())
            write(n);
        text.append("</").append(node.getNodeName()).append('>');
    }
}
