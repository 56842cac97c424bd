using Forewave.Protocol;
using Forewave.Storage.Files.Segments;

namespace Forewave.Storage.Files.Tests.Segments;

public sealed class RecordCodecTests
{
    private static readonly Generation Written = new(0x0A0B0C0D, new FolderSalt(0x5A17));

    [Fact]
    public void Header_comes_back_when_it_is_read()
    {
        byte[] record = Sample(out RecordHeader header);

        bool isRecord = RecordCodec.TryRead(record, Written, out StoredHeader stored);

        Assert.True(isRecord);
        Assert.Equal(header, stored.Header);
        Assert.Equal(RecordFlags.GroupStart | RecordFlags.JoinsNext, stored.Flags);
        Assert.Equal(5, stored.PayloadBytes);
        Assert.Equal(Checksum.Of("hello"u8), stored.PayloadCrc);
        Assert.Equal(72, stored.RecordBytes);
    }

    [Fact]
    public void Header_is_refused_when_it_is_cut_at_any_byte()
    {
        byte[] record = Sample(out _);

        for (int length = 0; length < RecordCodec.HeaderBytes; length++)
        {
            Assert.False(RecordCodec.TryRead(record.AsSpan(0, length), Written, out _));
        }
    }

    [Fact]
    public void Header_is_refused_when_any_bit_is_flipped()
    {
        byte[] record = Sample(out _);

        for (int bit = 0; bit < RecordCodec.HeaderBytes * 8; bit++)
        {
            record[bit / 8] ^= (byte)(1 << (bit % 8));
            Assert.False(RecordCodec.TryRead(record, Written, out _));
            record[bit / 8] ^= (byte)(1 << (bit % 8));
        }
    }

    [Fact]
    public void Header_is_refused_when_it_is_of_another_generation()
    {
        byte[] record = Sample(out _);

        Assert.False(RecordCodec.TryRead(record, Written.Next, out _));
    }

    [Fact]
    public void Header_is_refused_when_it_is_of_another_folder()
    {
        byte[] record = Sample(out _);

        Assert.False(RecordCodec.TryRead(record, Written with { Salt = new FolderSalt(1) }, out _));
    }

    [Fact]
    public void Draft_is_no_record_when_it_is_not_sealed()
    {
        byte[] record = new byte[72];
        RecordCodec.WriteDraft(record, Draft(), Position, Time);

        Assert.False(RecordCodec.TryRead(record, new Generation(0, default), out _));
        Assert.False(RecordCodec.TryRead(record, Written, out _));
    }

    [Fact]
    public void Header_of_a_newer_format_is_an_error_when_it_is_read()
    {
        byte[] record = Sample(out _);
        record[13] = RecordCodec.Version + 1;
        RecordCodec.Seal(record, Written, startsGroup: false);

        StoreException error = Assert.Throws<StoreException>(() => RecordCodec.TryRead(record, Written, out _));

        Assert.Equal(ErrorCode.FormatTooNew, error.Error);
    }

    [Fact]
    public void Bytes_are_those_of_the_golden_file()
    {
        byte[] record = Sample(out _);

        Assert.Equal(File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Segments", "record.golden")).Trim(), Convert.ToHexStringLower(record));
    }

    private static LogPosition Position => new(new Epoch(3), 0x1122334455);

    private static Timestamp Time => new(1_767_225_600_123);

    private static RecordDraft Draft() => new()
    {
        Type = RecordType.Published,
        Count = 2,
        Queue = 0x21222324,
        Source = 0x31323334,
        Sequence = 0x4142434445464748,
        Extra = 0x5152535455565758,
        Payload = "hello"u8.ToArray(),
        PayloadCrc = Checksum.Of("hello"u8),
        JoinsNext = true,
    };

    private static byte[] Sample(out RecordHeader header)
    {
        RecordDraft draft = Draft();
        byte[] record = new byte[72];
        record.AsSpan().Fill(0xEE);
        RecordCodec.WriteDraft(record, draft, Position, Time);
        RecordCodec.Seal(record, Written, startsGroup: true);
        header = new RecordHeader
        {
            Type = draft.Type,
            Position = Position,
            Count = draft.Count,
            Time = Time,
            Queue = draft.Queue,
            Source = draft.Source,
            Sequence = draft.Sequence,
            Extra = draft.Extra,
        };
        return record;
    }
}
