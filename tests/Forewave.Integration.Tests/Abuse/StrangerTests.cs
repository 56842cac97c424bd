using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Forewave.Integration.Tests.Processes;
using Forewave.Protocol;
using Xunit.Abstractions;

namespace Forewave.Integration.Tests.Abuse;

/// <summary>
/// Connections that begin a hello, or the head of an HTTP request, and do not end it: what each makes the broker hold until it is closed after
/// 10 s. Measured at the process, its connection included, as for those that are idle.
/// </summary>
[Trait("Suite", "scenario")]
public sealed class StrangerTests(ServerProcess broker, ITestOutputHelper output) : IClassFixture<ServerProcess>
{
    private const int Strangers = 2_000;
    private const int MaxBytesEach = 16 * 1024;
    private const int HttpStrangers = 500;
    private const int MaxHttpBytesEach = 80 * 1024;

    [Theory]
    [InlineData(1)]
    [InlineData(100)]
    [InlineData(Limits.HelloFrameBytes)]
    public async Task Stranger_holds_a_few_KiB_until_he_is_closed(int sentBytes)
    {
        // All of a hello of the longest kind but its end.
        byte[] bytes = new byte[sentBytes];
        if (sentBytes >= sizeof(uint))
            BinaryPrimitives.WriteUInt32BigEndian(bytes, Limits.HelloFrameBytes);
        // What the first ones bring in (code, pools) is nobody's.
        await HoldAsync(Strangers / 4, broker.EndPoint, bytes, ends: true);
        Assert.InRange(await HoldAsync(Strangers, broker.EndPoint, bytes), long.MinValue, MaxBytesEach);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    [InlineData(31)]
    public async Task Stranger_over_http_holds_a_few_times_his_head_until_he_is_closed(int headers)
    {
        byte[] bytes = Encoding.ASCII.GetBytes("GET /v1/queues HTTP/1.1\r\nHost: 127.0.0.1\r\n" + string.Concat(Enumerable.Range(0, headers).Select(i => $"X-{i:00}: {new string('x', 1_000)}\r\n")));
        var http = IPEndPoint.Parse(broker.HttpAddress);
        await HoldAsync(HttpStrangers / 4, http, bytes, ends: true);
        Assert.InRange(await HoldAsync(HttpStrangers, http, bytes), long.MinValue, MaxHttpBytesEach);
    }

    private async Task<long> HoldAsync(int count, IPEndPoint at, byte[] bytes, bool ends = false)
    {
        long before = broker.Files.ResidentBytes;
        List<Socket> strangers = [];
        for (int i = 0; i < count; i++)
        {
            Socket socket = new(SocketType.Stream, ProtocolType.Tcp);
            await socket.ConnectAsync(at);
            await socket.SendAsync(bytes);
            strangers.Add(socket);
        }
        // One more is answered after all of them were read.
        long each;
        using (await RawClient.GreetedAsync(broker.EndPoint))
            each = (broker.Files.ResidentBytes - before) / count;
        output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{count} strangers with {bytes.Length} B each: {each} B each"));
        // They end it, or the broker does when their time is over.
        if (ends)
            strangers.ForEach(stranger => stranger.Dispose());
        else
            await Task.WhenAll(strangers.Select(ClosedAsync));
        return each;
    }

    private static async Task ClosedAsync(Socket stranger)
    {
        byte[] bytes = new byte[1024];
        try
        {
            while (await stranger.ReceiveAsync(bytes) > 0)
            {
            }
        }
        catch (SocketException)
        {
            // It was reset.
        }
        stranger.Dispose();
    }
}
