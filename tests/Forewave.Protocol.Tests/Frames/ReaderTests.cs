using Google.Protobuf;
using Xunit.Abstractions;

namespace Forewave.Protocol.Tests.Frames;

public sealed class ReaderTests(ITestOutputHelper output)
{
    private const int Rounds = 200;

    public static TheoryData<string> Kinds => [.. Frames.FrameKinds.All.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reader_sees_what_generated_code_wrote(string kind)
    {
        var random = new SeededRandom(output);
        var (make, compare) = FrameKinds.All[kind];

        for (int i = 0; i < Rounds; i++)
        {
            byte[] encoded = make(random).ToByteArray();

            Assert.True(compare(encoded), Convert.ToHexString(encoded));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reader_never_throws_and_agrees_when_cut_at_each_byte(string kind)
    {
        var random = new SeededRandom(output);
        var (make, compare) = FrameKinds.All[kind];

        for (int i = 0; i < 10; i++)
        {
            byte[] encoded = make(random).ToByteArray();
            for (int length = 0; length < encoded.Length; length++)
                compare(encoded[..length]);
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reader_never_throws_and_agrees_when_any_byte_is_changed(string kind)
    {
        var random = new SeededRandom(output);
        var (make, compare) = FrameKinds.All[kind];
        int accepted = 0;

        for (int i = 0; i < 4; i++)
        {
            byte[] encoded = make(random).ToByteArray();
            for (int at = 0; at < Math.Min(encoded.Length, 400); at++)
            {
                byte[] changed = (byte[])encoded.Clone();
                for (int n = 0; n < 10; n++)
                {
                    changed[at] = n < 8 ? (byte)(encoded[at] ^ 1 << n) : (byte)random.Below(256);
                    accepted += compare(changed) ? 1 : 0;
                }
            }
        }

        Assert.True(accepted > 0, "a changed byte of a body or a number leaves a good frame");
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reader_passes_over_unknown_fields(string kind)
    {
        var random = new SeededRandom(output);
        var (make, compare) = FrameKinds.All[kind];
        // Fields 200 (varint), 201 (fixed64), 202 (bytes), 203 (fixed32) of a later version, before and after all others.
        byte[] unknown = [0xC0, 0x0C, 0x96, 0x01, 0xC9, 0x0C, 1, 2, 3, 4, 5, 6, 7, 8, 0xD2, 0x0C, 2, 9, 9, 0xDD, 0x0C, 1, 2, 3, 4];

        for (int i = 0; i < 10; i++)
        {
            byte[] encoded = make(random).ToByteArray();

            Assert.True(compare([.. unknown, .. encoded]));
            Assert.True(compare([.. encoded, .. unknown]));
        }
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Reader_refuses_groups(string kind)
    {
        var random = new SeededRandom(output);
        var (make, compare) = FrameKinds.All[kind];
        byte[] emptyGroup = [0xC3, 0x0C, 0xC4, 0x0C];

        byte[] encoded = make(random).ToByteArray();

        Assert.False(compare([.. encoded, .. emptyGroup]));
    }
}
