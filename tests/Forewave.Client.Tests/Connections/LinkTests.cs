using System.Net;
using Forewave.Client.Administration;
using Forewave.Client.Connections;
using Forewave.Client.Consuming;
using Forewave.Client.Requesting;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Command = Forewave.Protocol.V1.ClientFrame.CommandOneofCase;
using V1 = Forewave.Protocol.V1;

namespace Forewave.Client.Tests.Connections;

public sealed class LinkTests
{
    [Fact]
    public async Task Client_connects_again_until_a_broker_is_there()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.FailedConnects = 5;

        Task connecting = scene.Client.ConnectAsync().AsTask();
        await scene.Broker.AcceptAsync();

        await connecting.Soon();
    }

    [Fact]
    public async Task Call_fails_with_the_last_failure_when_no_broker_is_there_in_time()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.FailedConnects = int.MaxValue;
        Task connecting = scene.Client.ConnectAsync().AsTask();

        await scene.Broker.FailedTwice.Task.Soon();
        scene.Time.Advance(scene.Broker.Options.RequestTimeout);

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => connecting.Soon());
        Assert.Equal(ErrorCode.Timeout, error.Code);
        Assert.Contains("nobody is there", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Request_that_was_never_sent_fails_with_a_timeout_that_says_why()
    {
        await using Scene scene = Scene.Start();
        scene.Broker.FailedConnects = int.MaxValue;
        await using Requester requester = scene.Client.CreateRequester();
        Task<ReceivedMessage> asked = requester.RequestAsync(Scene.Queue, new Message("a"u8.ToArray()), TimeSpan.FromSeconds(5)).AsTask();
        await scene.Broker.FailedTwice.Task.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(5));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => asked.Soon());
        Assert.Equal((ErrorCode.Timeout, StoredOutcome.No), (error.Code, error.Stored));
        Assert.Contains("nobody is there", error.Message, StringComparison.Ordinal);
        // Its call that makes the reply queue ends too.
        scene.Time.Advance(scene.Broker.Options.RequestTimeout);
    }

    [Fact]
    public async Task Silent_broker_is_left_for_another_connection()
    {
        await using Scene scene = Scene.Start();
        Task connecting = scene.Client.ConnectAsync().AsTask();
        await scene.Broker.AcceptAsync();
        await connecting.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(40));

        await scene.Broker.AcceptAsync();
    }

    [Fact]
    public async Task Ping_is_answered()
    {
        await using Scene scene = await Scene.ConsumingAsync();

        await scene.Connection.SendAsync(new V1.ServerFrame { Ping = new V1.Ping() });

        await scene.Connection.ExpectPastCreditAsync(Command.Pong);
    }

    [Fact]
    public async Task Request_without_an_answer_fails_in_time()
    {
        await using Scene scene = Scene.Start(options => options with { RequestTimeout = TimeSpan.FromSeconds(5) });
        Task connecting = scene.Client.ConnectAsync().AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connecting.Soon();
        Task waiting = scene.Time.NextTimerAsync();
        Task showing = scene.Client.Administration.ShowBrokerAsync().AsTask();
        await waiting.Soon();

        scene.Time.Advance(TimeSpan.FromSeconds(5));

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => showing.Soon());
        Assert.Equal(ErrorCode.OutcomeUnknown, error.Code);
    }

    [Fact]
    public async Task Request_that_only_looks_is_asked_again_when_its_connection_breaks()
    {
        await using Scene scene = Scene.Start();
        Task<BrokerDetails> showing = scene.Client.Administration.ShowBrokerAsync().AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.ExpectAsync(Command.Administration);

        await connection.BreakAsync();
        FakeConnection next = await scene.Broker.AcceptAsync();
        V1.ClientFrame again = await next.ExpectAsync(Command.Administration);
        await next.AnswerAsync(again, new V1.ServerFrame { Administration = new() { Broker = new() { Version = "9" } } });

        Assert.Equal("9", (await showing.Soon()).Version);
    }

    [Fact]
    public async Task Request_that_changes_something_has_an_unknown_outcome_when_its_connection_breaks()
    {
        await using Scene scene = Scene.Start();
        Task<long> purging = scene.Client.Administration.PurgeQueueAsync(Scene.Queue).AsTask();
        FakeConnection connection = await scene.Broker.AcceptAsync();
        await connection.ExpectAsync(Command.Administration);

        await connection.BreakAsync();

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => purging.Soon());
        Assert.Equal((ErrorCode.OutcomeUnknown, StoredOutcome.Unknown), (error.Code, error.Stored));
    }

    [Fact]
    public async Task Disposal_ends_those_who_receive()
    {
        Scene scene = await Scene.ConsumingAsync();
        Task<bool> next = scene.Consumer.GetAsyncEnumerator().MoveNextAsync().AsTask();

        await scene.Client.DisposeAsync();

        ForewaveException error = await Assert.ThrowsAsync<ForewaveException>(() => next.Soon());
        Assert.Equal(ErrorCode.ClientClosed, error.Code);
    }

    [Theory]
    [InlineData("localhost", "Unspecified/localhost:7600")]
    [InlineData("dns://broker.example:7700", "Unspecified/broker.example:7700")]
    [InlineData("127.0.0.1:1, [::1]:2", "127.0.0.1:1 [::1]:2")]
    public void Server_string_names_addresses(string server, string addresses)
    {
        IReadOnlyList<EndPoint> parsed = ServerAddress.Parse(server);

        Assert.Equal(addresses, string.Join(' ', parsed));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":7600")]
    [InlineData("host:0")]
    [InlineData("host:70000")]
    [InlineData("host:seven")]
    public void Server_string_that_names_no_address_is_refused(string server) =>
        Assert.ThrowsAny<ArgumentException>(() => ServerAddress.Parse(server));

    [Fact]
    public void ZooKeeper_address_is_refused_with_what_to_do()
    {
        ForewaveException error = Assert.Throws<ForewaveException>(() => new ForewaveClient("zk://one:2181/forewave"));

        Assert.Equal(ErrorCode.CapabilityMissing, error.Code);
    }
}
