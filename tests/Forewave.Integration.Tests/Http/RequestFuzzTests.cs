using System.Text;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Http;

/// <summary>Requests that were changed at random: each is answered or refused, none takes the broker away from the next one.</summary>
[Trait("Suite", "fuzz")]
public sealed class RequestFuzzTests(HttpBroker http, ITestOutputHelper output) : IClassFixture<HttpBroker>
{
    private static readonly string[] Requests =
    [
        "POST /v1/queues/fuzz/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nForewave-Key: k\r\nForewave-Delay: 1h\r\nContent-Length: 5\r\n\r\nhello",
        "POST /v1/queues/fuzz/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "POST /v1/queues/fuzz/messages HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/vnd.forewave.messages+json\r\nContent-Length: 63\r\n\r\n[{\"body\":\"a\\n\",\"keys\":[\"k\"],\"priority\":3,\"headers\":[]},{}     ]",
        "POST /v1/queues/fuzz/groups/g/settle HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 37\r\n\r\n{\"verb\":\"nack\",\"handles\":[\"AQAAAAA\"]}",
        "POST /v1/queues/fuzz/groups/g/receive?max=5&wait=1ms HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n",
        "GET /v1/queues/fuzz/messages?key=k&max=10 HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n",
        "PATCH /v1/queues/fuzz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: 18\r\n\r\n{\"retention\":\"7d\"}",
        "PUT /v1/queues/fuzz/groups/g HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 19\r\n\r\n{\"maxAttempts\": 50}",
    ];

    [Fact]
    public async Task Broker_serves_on_whatever_comes()
    {
        int seed = int.TryParse(Environment.GetEnvironmentVariable("FOREWAVE_SEED"), out int given) ? given : Random.Shared.Next();
        int rounds = Environment.GetEnvironmentVariable("FOREWAVE_NIGHTLY") == "1" ? 100_000 : 3_000;
        output.WriteLine($"FOREWAVE_SEED={seed}");
        Random random = new(seed);
        for (int round = 0; round < rounds; round++)
        {
            int changes = random.Next(4);
            byte[] request = Changed(Requests[random.Next(Requests.Length)], changes, random);

            // What was changed may wait for more of itself: the client's end tells that nothing comes.
            string answer = await http.SendRawAsync(request, closes: changes > 0);

            Assert.True(answer.StartsWith("HTTP/1.1 ", StringComparison.Ordinal) || changes > 0 && answer.Length == 0, answer);
            Assert.DoesNotMatch("^HTTP/1.1 500", answer);
            if (round % 500 == 0)
                await http.AssertServesAsync();
        }

        await http.AssertServesAsync();
    }

    private static byte[] Changed(string request, int changes, Random random)
    {
        List<byte> bytes = [.. Encoding.Latin1.GetBytes(request)];
        for (; changes > 0; changes--)
        {
            int at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveAt(at);
                    break;
                case 2:
                    bytes.Insert(at, (byte)random.Next(256));
                    break;
                case 3:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                default:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(64), bytes.Count - at)));
                    break;
            }
            if (bytes.Count == 0)
                break;
        }
        return [.. bytes];
    }
}
