using System.Buffers.Binary;
using System.Text.Json;
using Forewave.Cli.Wire;
using Forewave.Protocol;
using Google.Protobuf;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Integration.Tests.Wire;

public sealed class FrameTextTests
{
    private static readonly WireSide Client = new(1, IsClient: true);

    [Fact]
    public void Secret_is_masked_and_the_user_is_not()
    {
        V1.ClientFrame frame = new() { Correlation = 1, Hello = new V1.Hello { ProtocolVersion = 1, User = "anna", Secret = ByteString.CopyFromUtf8("very secret") } };

        string text = Print(frame, json: false);
        string json = Print(frame, json: true);

        Assert.Contains("hello #1", text, StringComparison.Ordinal);
        Assert.Contains("user=anna secret=\"(11 bytes, not shown)\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain("very secret", text + json, StringComparison.Ordinal);
        Assert.DoesNotContain(Convert.ToHexStringLower("very secret"u8), text + json, StringComparison.Ordinal);
    }

    [Fact]
    public void Messages_are_opened_and_their_bodies_are_cut()
    {
        V1.Message message = new() { Body = ByteString.CopyFromUtf8(new string('b', 100)), Tag = "t", OrderingKey = "two words" };
        V1.PublishBatch batch = new() { Queue = 3, FirstSequence = 7 };
        batch.Messages.Add(message.ToByteString());
        V1.ClientFrame frame = new() { Correlation = 9, Publish = new V1.Publish { Producer = 2, Batches = { batch } } };

        string text = Print(frame, json: false);

        Assert.Contains($"publish #9 {frame.CalculateSize()} bytes producer=2 batches=[{{queue=3 first_sequence=7 messages=[{{body={new string('b', 8)}…(100 bytes) tag=t ordering_key=\"two words\"}}]}}]", text, StringComparison.Ordinal);
    }

    [Fact]
    public void Json_has_numbers_names_of_choices_and_positions_as_message_ids_have_them()
    {
        V1.PublishedBatch batch = new() { FirstPosition = 0x100000000004, Durability = V1.Durability.Synced };
        V1.ServerFrame frame = new() { Correlation = 9, Published = new V1.Published { Batches = { batch } } };

        using var document = JsonDocument.Parse(Print(frame, json: true, isClient: false));

        var root = document.RootElement;
        Assert.Equal(("broker", "published", 9, 1), (root.GetProperty("from").GetString(), root.GetProperty("frame").GetString(), root.GetProperty("correlation").GetInt32(), root.GetProperty("connection").GetInt32()));
        var first = root.GetProperty("content").GetProperty("published").GetProperty("batches")[0];
        Assert.Equal(("0000100000000004", "synced"), (first.GetProperty("first_position").GetString(), first.GetProperty("durability").GetString()));
    }

    [Fact]
    public void Bytes_that_are_no_text_are_hex_and_what_is_cut_in_a_letter_stays_text()
    {
        Assert.Contains("{body=0x00ff}", Print(Publishing([0, 0xFF]), json: false), StringComparison.Ordinal);
        Assert.Contains("{body=xäää…(11 bytes)}", Print(Publishing("xäääää"u8.ToArray()), json: false), StringComparison.Ordinal);
        Assert.Contains("{body=\"a\\nb\"}", Print(Publishing("a\nb"u8.ToArray()), json: false), StringComparison.Ordinal);
    }

    [Fact]
    public void Every_field_of_every_frame_of_the_schema_is_printed_without_a_fault()
    {
        foreach (IMessage frame in new IMessage[] { new V1.ClientFrame(), new V1.ServerFrame() })
        {
            foreach (var field in frame.Descriptor.Oneofs.Single().Fields)
            {
                var filled = (IMessage)Activator.CreateInstance(frame.GetType())!;
                field.Accessor.SetValue(filled, SchemaFilling.Of(field.MessageType, depth: 0));

                string line = Print(filled, json: false, isClient: frame is V1.ClientFrame);

                Assert.Contains($" {field.Name} #0", line, StringComparison.Ordinal);
                Assert.DoesNotContain("none of this protocol", line, StringComparison.Ordinal);
                Assert.Equal(1, line.Count(letter => letter == '\n'));
            }
        }
    }

    [Fact]
    public void Bytes_that_are_no_frame_are_told()
    {
        using StringWriter output = new();
        new FramePrinter(output, TimeProvider.System, new FrameFields(8), json: false).Print(Client, new byte[] { 0x0A, 0xFF });

        Assert.Contains("1 -> ! a frame of 2 bytes is none of this protocol", output.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(1_000_000)]
    public void Frames_come_out_whole_however_their_bytes_come(int piece)
    {
        byte[] stream = [.. Framed(1), .. Framed(70_000), .. Framed(5)];
        List<int> lengths = [];
        FrameCutter cutter = new();

        for (int at = 0; at < stream.Length; at += piece)
            cutter.Add(stream.AsSpan(at, Math.Min(piece, stream.Length - at)), frame => lengths.Add(frame.Length));

        Assert.Equal([1, 70_000, 5], lengths);
        Assert.False(cutter.IsLost);
    }

    [Theory]
    [InlineData(0u)]
    [InlineData(0x47455420u)]
    public void Length_that_is_none_ends_the_cutting(uint length)
    {
        byte[] bytes = new byte[12];
        BinaryPrimitives.WriteUInt32BigEndian(bytes, length);
        FrameCutter cutter = new();

        cutter.Add(bytes, _ => Assert.Fail("no frame came"));
        cutter.Add(Framed(4), _ => Assert.Fail("nor later"));

        Assert.Equal((true, length), (cutter.IsLost, cutter.LostLength));
    }

    private static V1.ClientFrame Publishing(byte[] body)
    {
        V1.PublishBatch batch = new();
        batch.Messages.Add(new V1.Message { Body = ByteString.CopyFrom(body) }.ToByteString());
        return new V1.ClientFrame { Publish = new V1.Publish { Batches = { batch } } };
    }

    private static byte[] Framed(int length)
    {
        byte[] bytes = new byte[4 + length];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }

    private static string Print(IMessage frame, bool json, bool isClient = true)
    {
        using StringWriter output = new();
        new FramePrinter(output, TimeProvider.System, new FrameFields(8), json).Print(Client with { IsClient = isClient }, frame.ToByteArray());
        return output.ToString();
    }
}
