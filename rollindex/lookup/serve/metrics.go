package serve

import (
	"net/http"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// metrics are the server's. Labels come from closed lists: kinds of request,
// statuses, kinds of error, jurisdictions of the manifest.
type metrics struct {
	registry   *prometheus.Registry
	requests   *prometheus.CounterVec // by kind and status
	evaluation prometheus.Histogram   // seconds of a batch, waiting not included
	spent      *prometheus.CounterVec // by budget
	errors     *prometheus.CounterVec // by kind
	held       prometheus.Gauge
	refused    prometheus.Counter
}

func newMetrics(s *Server) *metrics {
	m := &metrics{
		registry: prometheus.NewRegistry(),
		requests: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollcheck_requests_total",
			Help: "Requests, by what was asked for and status."}, []string{"kind", "status"}),
		evaluation: prometheus.NewHistogram(prometheus.HistogramOpts{Name: "rollcheck_evaluation_seconds",
			Help: "Time of a batch, without waiting for a core.", Buckets: []float64{.0005, .001, .002, .005, .01, .02, .05, .1, .5}}),
		spent: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollcheck_budget_refusals_total",
			Help: "Batches refused, by the budget that was used up."}, []string{"budget"}),
		errors: prometheus.NewCounterVec(prometheus.CounterOpts{Name: "rollcheck_errors_total",
			Help: "What went wrong, by kind; nothing more is said of it where a log line would name who asked."}, []string{"kind"}),
		held:    prometheus.NewGauge(prometheus.GaugeOpts{Name: "rollcheck_connections", Help: "Open connections."}),
		refused: prometheus.NewCounter(prometheus.CounterOpts{Name: "rollcheck_connections_refused_total", Help: "Connections closed because there were too many."}),
	}
	for _, b := range []string{budgetAddress, budgetPrefix, budgetJurisdiction} {
		m.spent.WithLabelValues(b)
	}
	m.registry.MustRegister(m.requests, m.evaluation, m.spent, m.errors, m.held, m.refused, &publishedCollector{s},
		prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: "rollcheck_evaluations_waiting", Help: "Batches evaluated or waiting for a core."},
			func() float64 { return float64(len(s.tickets)) }),
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return m
}

// publishedCollector tells of the manifest and of the budgets under it.
type publishedCollector struct{ s *Server }

var (
	seqDesc     = prometheus.NewDesc("rollcheck_manifest_seq", "Number of the manifest.", nil, nil)
	expiresDesc = prometheus.NewDesc("rollcheck_manifest_expires_timestamp_seconds", "When the manifest expires.", nil, nil)
	slotsDesc   = prometheus.NewDesc("rollcheck_slots_used", "Elements evaluated today, by jurisdiction.", []string{"jurisdiction"}, nil)
)

// Describe implements [prometheus.Collector].
func (c *publishedCollector) Describe(ch chan<- *prometheus.Desc) {
	ch <- seqDesc
	ch <- expiresDesc
	ch <- slotsDesc
}

// Collect implements [prometheus.Collector].
func (c *publishedCollector) Collect(ch chan<- prometheus.Metric) {
	m := c.s.current.Load().manifest
	ch <- prometheus.MustNewConstMetric(seqDesc, prometheus.GaugeValue, float64(m.Seq))
	ch <- prometheus.MustNewConstMetric(expiresDesc, prometheus.GaugeValue, float64(m.Expires.Unix()))
	for _, k := range m.Keys {
		ch <- prometheus.MustNewConstMetric(slotsDesc, prometheus.GaugeValue, float64(c.s.budget.used(k.Jurisdiction)), k.Jurisdiction)
	}
}

// Metrics returns a handler of the metrics, for a listener of its own that only
// the operator reaches.
func (s *Server) Metrics() http.Handler {
	return promhttp.HandlerFor(s.metrics.registry, promhttp.HandlerOpts{})
}
