using System.Diagnostics;
using Google.Protobuf;
using Xunit.Abstractions;

namespace Forewave.Protocol.Tests.Frames;

/// <summary>
/// Bytes bent in several places, for as long as FOREWAVE_FUZZ_SECONDS says (3 by default, shared by all kinds). A failure is
/// repeated with the FOREWAVE_SEED that it printed.
/// </summary>
[Trait("Suite", "fuzz")]
public sealed class FuzzTests(ITestOutputHelper output)
{
    [Fact]
    public void Readers_never_throw_and_agree_with_generated_code_on_bent_bytes()
    {
        var random = new SeededRandom(output);
        double seconds = double.Parse(Environment.GetEnvironmentVariable("FOREWAVE_FUZZ_SECONDS") ?? "3");
        var spent = Stopwatch.StartNew();
        int rounds = 0;

        while (spent.Elapsed.TotalSeconds < seconds)
        {
            foreach (var (kind, (make, compare)) in FrameKinds.All)
            {
                byte[] bytes = Bend(random, make(random).ToByteArray());
                var failure = Record.Exception(() => compare(bytes));
                Assert.True(failure is null, $"{kind} {Convert.ToHexString(bytes)}: {failure}");
            }
            rounds++;
        }

        output.WriteLine($"{rounds} rounds");
        Assert.True(rounds > 0);
    }

    private static byte[] Bend(SeededRandom random, byte[] bytes)
    {
        var bent = new List<byte>(bytes);
        for (int i = random.Below(6); i >= 0; i--)
        {
            int at = random.Below(bent.Count + 1);
            switch (random.Below(5))
            {
                case 0 when at < bent.Count:
                    bent[at] = (byte)random.Below(256);
                    break;
                case 1:
                    bent.InsertRange(at, random.Bytes(1 + random.Below(8)));
                    break;
                case 2 when at < bent.Count:
                    bent.RemoveRange(at, Math.Min(bent.Count - at, 1 + random.Below(8)));
                    break;
                case 3 when at < bent.Count:
                    bent.InsertRange(at, bent.GetRange(at, Math.Min(bent.Count - at, random.Below(40))));
                    break;
                default:
                    bent.InsertRange(at, Enumerable.Repeat((byte)0xFF, random.Below(11)));
                    break;
            }
        }
        return [.. bent];
    }
}
