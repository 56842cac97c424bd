using System.Text;
using Xunit.Abstractions;

namespace Forewave.Protocol.Tests.Frames;

/// <summary>Random choices from a seed that is printed, and taken from FOREWAVE_SEED where that is set.</summary>
internal sealed class SeededRandom
{
    private static readonly string[] Alphabet = ["a", "b", "z", "0", "-", " ", "é", "好", "😀", "_"];
    private readonly Random _random;

    public SeededRandom(ITestOutputHelper output)
    {
        string? given = Environment.GetEnvironmentVariable("FOREWAVE_SEED");
        Seed = given is null ? Environment.TickCount : int.Parse(given);
        _random = new Random(Seed);
        output.WriteLine($"FOREWAVE_SEED={Seed}");
    }

    public int Seed { get; }

    public int Below(int bound) => _random.Next(bound);

    public bool Chance(int percent) => _random.Next(100) < percent;

    public byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        _random.NextBytes(bytes);
        return bytes;
    }

    /// <summary>A number whose length in bits is uniform, so that every varint length occurs.</summary>
    public ulong Number(int maxBits) => (ulong)_random.NextInt64() >> Math.Max(0, 63 - _random.Next(maxBits + 1));

    public string Text(int maxBytes)
    {
        var text = new StringBuilder();
        int wanted = _random.Next(maxBytes + 1);
        int bytes = 0;
        while (true)
        {
            string next = Alphabet[_random.Next(Alphabet.Length)];
            bytes += Encoding.UTF8.GetByteCount(next);
            if (bytes > wanted)
                return text.ToString();
            text.Append(next);
        }
    }
}
