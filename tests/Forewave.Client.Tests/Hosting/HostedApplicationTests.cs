using System.Text;
using System.Threading.Channels;
using Forewave.Client.Administration;
using Forewave.Client.Consuming;
using Forewave.Client.Hosting;
using Forewave.Client.Producing;
using Forewave.Client.Tests.Fakes;
using Forewave.Protocol;
using Forewave.Testing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace Forewave.Client.Tests.Hosting;

/// <summary>An application with a host, on a broker in this process.</summary>
public sealed class HostedApplicationTests
{
    private static readonly QueueName Queue = new("orders");
    private static readonly GroupName Group = new("billing");

    [Fact]
    public async Task Message_is_read_as_json_and_handled_in_a_scope()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        Channel<Order> handled = Channel.CreateBounded<Order>(10);
        using IHost host = Built(broker, services => services.AddSingleton(handled.Writer), new ForewaveConsumerOptions { Queue = Queue, Group = Group });

        await host.StartAsync();
        await host.Services.GetRequiredService<Producer>().PublishAsync(Queue, new Message("{\"number\":4711}"u8.ToArray()));
        Order order = await handled.Reader.ReadAsync().Soon();
        await host.StopAsync();

        Assert.Equal(4711, order.Number);
    }

    [Theory]
    [InlineData("not json", "UnreadableBodyException")]
    [InlineData("null", "UnreadableBodyException")]
    [InlineData("{\"number\":-1}", "ArgumentOutOfRangeException")]
    public async Task Message_is_a_dead_letter_at_once_when_another_attempt_cannot_help(string body, string reason)
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        using IHost host = Built(broker, Nothing, new ForewaveConsumerOptions
        {
            Queue = Queue, Group = Group, Outcomes = [HandlerOutcome.Reject<ArgumentException>(), HandlerOutcome.Retry<Exception>()],
        });

        ForewaveClient client = host.Services.GetRequiredService<ForewaveClient>();
        Receipt receipt = await host.Services.GetRequiredService<Producer>().PublishAsync(Queue, new Message(Encoding.UTF8.GetBytes(body)));
        await client.Administration.CreateGroupAsync(Queue, Group);
        await host.StartAsync();
        MessageOutcome outcome = await client.WaitForOutcomeAsync(receipt.MessageId, Group, TimeSpan.FromMinutes(1));
        await host.StopAsync();
        List<DeadLetter> dead = await client.Administration.ListDeadLettersAsync(Queue, Group).ToListAsync();

        Assert.Equal(MessageState.Dead, outcome.Group?.State);
        Assert.StartsWith(reason, Assert.Single(dead).Reason, StringComparison.Ordinal);
        Assert.Single(dead[0].History);
    }

    [Fact]
    public async Task Message_comes_again_after_the_delay_of_its_exception()
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        Channel<Order> handled = Channel.CreateBounded<Order>(10);
        using IHost host = Built(broker, services => services.AddSingleton(handled.Writer), new ForewaveConsumerOptions
        {
            Queue = Queue, Group = Group, Outcomes = [HandlerOutcome.Retry<TimeoutException>(TimeSpan.FromMinutes(5))],
        });

        await host.StartAsync();
        await host.Services.GetRequiredService<Producer>().PublishAsync(Queue, new Message("{\"number\":0}"u8.ToArray()));
        await handled.Reader.ReadAsync().Soon();
        BrokerAdministration administration = host.Services.GetRequiredService<ForewaveClient>().Administration;
        while ((await administration.ShowGroupAsync(Queue, Group)).Waiting == 0)
        {
            // Its nack is on its way.
        }

        bool isEarly = handled.Reader.TryRead(out _);
        broker.Clock.Advance(TimeSpan.FromMinutes(5));
        await handled.Reader.ReadAsync().Soon();
        await host.StopAsync();

        Assert.False(isEarly);
    }

    [Theory]
    [InlineData("Server", "a:b:c", "Forewave:Server")]
    [InlineData("Server", " ", "Forewave:Server")]
    [InlineData("Server", ",", "Forewave:Server")]
    [InlineData("Name", "", "Forewave:Name")]
    [InlineData("RequestTimeout", "00:00:00", "Forewave:RequestTimeout")]
    public async Task Host_does_not_start_with_a_setting_that_cannot_be(string setting, string value, string told)
    {
        using IHost host = Configured(setting, value).Build();

        OptionsValidationException refused = await Assert.ThrowsAsync<OptionsValidationException>(() => host.StartAsync());

        Assert.Contains(told, refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Host_does_not_start_with_a_setting_that_nobody_knows()
    {
        using IHost host = Configured("Sever", "127.0.0.1:7600").Build();

        InvalidOperationException refused = await Assert.ThrowsAsync<InvalidOperationException>(() => host.StartAsync());

        Assert.Contains("Sever", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Client_is_configured_by_the_section()
    {
        HostApplicationBuilder builder = Configured("RequestTimeout", "00:00:07");
        ForewaveClientOptions? seen = null;
        builder.AddForewave((_, options) => seen = options);
        using IHost host = builder.Build();

        await using ForewaveClient client = host.Services.GetRequiredService<ForewaveClient>();

        // What was added first counts, as for every service.
        Assert.Null(seen);
        Assert.Equal(TimeSpan.FromSeconds(7), host.Services.GetRequiredService<IOptions<ForewaveSettings>>().Value.RequestTimeout);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Health_tells_whether_there_is_a_broker(bool isThere)
    {
        await using TestBroker broker = await TestBroker.StartAsync();
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.AddForewave((_, options) => isThere
            ? broker.Reaching(options)
            : options with { Connector = _ => throw new IOException("nobody is there") });
        builder.Services.AddHealthChecks().AddForewave(failureStatus: HealthStatus.Degraded);
        using IHost host = builder.Build();

        HealthReport report = await host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync();

        Assert.Equal(isThere ? HealthStatus.Healthy : HealthStatus.Degraded, report.Status);
        Assert.Equal(!isThere, report.Entries["forewave"].Description?.Contains("nobody is there", StringComparison.Ordinal) == true);
    }

    private static IHost Built(TestBroker broker, Action<IServiceCollection> add, ForewaveConsumerOptions options)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Services.AddSingleton(Channel.CreateBounded<Order>(10).Writer);
        add(builder.Services);
        builder.AddForewave((_, configured) => broker.Reaching(configured)).AddConsumer<Order, OrderHandler>(options);
        return builder.Build();
    }

    private static HostApplicationBuilder Configured(string setting, string value)
    {
        HostApplicationBuilder builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection([new($"{ForewaveSettings.Section}:{setting}", value)]);
        builder.AddForewave();
        return builder;
    }

    private static void Nothing(IServiceCollection services)
    {
    }

    internal sealed record Order(int Number);

    internal sealed class OrderHandler(ChannelWriter<Order> handled) : IMessageHandler<Order>
    {
        public async ValueTask HandleAsync(Order value, ReceivedMessage message, CancellationToken cancellation)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(value.Number);
            await handled.WriteAsync(value, cancellation);
            if (value.Number == 0 && message.Attempt.Value == 1)
            {
                throw new TimeoutException("the bank is slow");
            }
        }
    }
}
