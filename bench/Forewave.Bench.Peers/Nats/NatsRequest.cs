using System.Text;
using System.Text.Json;
using Forewave.Bench.Peers.Connections;

namespace Forewave.Bench.Peers.Nats;

/// <summary>One request to JetStream's API over a connection of its own.</summary>
internal static class NatsRequest
{
    /// <summary>Throws when the answer carries an error. The caller owns the answer.</summary>
    public static async Task<JsonDocument> SendAsync(int port, string subject, string body, CancellationToken cancellation)
    {
        using var link = await NatsHandshake.ConnectAsync(port, cancellation);
        var bytes = Encoding.UTF8.GetByteCount(body);
        await link.SendAsync(Encoding.UTF8.GetBytes($"SUB answer 1\r\nPUB {subject} answer {bytes}\r\n{body}\r\n"), cancellation);
        while (true)
        {
            if (TryTake(link) is { } answer)
            {
                return answer.RootElement.TryGetProperty("error", out var error)
                    ? throw new InvalidOperationException($"{subject}: {error}")
                    : answer;
            }

            await link.ReceiveAsync(cancellation);
        }
    }

    private static JsonDocument? TryTake(SocketLink link)
    {
        while (NatsFrame.TryRead(link.Unread, out var frame))
        {
            var answer = frame.Kind == NatsFrameKind.Message ? JsonDocument.Parse(frame.Payload.ToArray()) : null;
            frame.ThrowIfError();
            link.Consume(frame.TotalBytes);
            if (answer is not null)
            {
                return answer;
            }
        }

        return null;
    }
}
