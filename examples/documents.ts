/** What the examples rank. */
export const DOCUMENTS = [
  { id: 'cairo', title: 'Cairo', text: 'Cairo is a city on the Nile. Summers are hot and dry.' },
  { id: 'yakutsk', title: 'Yakutsk', text: 'Yakutsk is the coldest city: January averages −39 °C.' },
  { id: 'oslo', title: 'Oslo', text: 'Oslo has cold winters, and a harbour that seldom freezes.' },
];
